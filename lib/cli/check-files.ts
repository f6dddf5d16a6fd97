import { resolve } from 'node:path';
import { checkDocument } from '../core/document.ts';
import { formatPlaced, placed, readDeclarations } from '../files/declaration-files.ts';
import type { DeclarationFiles, PlacedIssue } from '../files/declaration-files.ts';
import type { Provider } from '../reconcile/ports/provider.ts';

/** Declarations, and everything that is wrong with them. */
export interface CheckedFiles extends DeclarationFiles {
  /** In the order of the files, and within one from its top. */
  readonly issues: readonly PlacedIssue[];
}

/** Reads and checks declarations: every error at once, each with its place. */
export async function checkFiles(
  paths: readonly string[],
  options: {
    readonly cwd: string;
    readonly providers: ReadonlyMap<string, Provider>;
    readonly secretPrefix: string;
  },
): Promise<CheckedFiles> {
  const { documents, issues } = await readDeclarations(named(paths, options.cwd));
  const found = documents.flatMap((document) =>
    checkDocument(document.value, options).map((issue) => placed(document, issue)),
  );
  const files = [...new Set([...issues, ...found].map(({ file }) => file))];
  const inOrder = [...issues, ...found].toSorted(
    (a, b) =>
      files.indexOf(a.file) - files.indexOf(b.file) || a.line - b.line || a.column - b.column,
  );
  return { documents, issues: inOrder };
}

/** Paths as the user named them, where that leads to the same file: they stand in messages. */
function named(paths: readonly string[], cwd: string): readonly string[] {
  return cwd === process.cwd() ? paths : paths.map((path) => resolve(cwd, path));
}

/** One issue, one line. */
export const issueLine = formatPlaced;
