import { resolve } from 'node:path';
import { checkDocument } from '../../../desired/rules/document.ts';
import { formatPlaced, placed, readDeclarations } from '../../../desired/yaml/declaration-files.ts';
import type { DeclarationFiles, PlacedIssue } from '../../../desired/yaml/declaration-files.ts';
import { hostIssues } from './host-issues.ts';
import type { Provider } from '../../../gateways/provider.ts';

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
  const files = named(paths, options.cwd);
  const { documents, issues } = await readDeclarations(files);
  if (documents.length === 0 && issues.length === 0) {
    return { documents, issues: files.map((file) => ({ file, ...nothing })) };
  }
  const found = documents.flatMap((document) =>
    [...checkDocument(document.value, options), ...hostIssues(document.value)].map((issue) =>
      placed(document, issue),
    ),
  );
  const order = [...new Set([...issues, ...found].map(({ file }) => file))];
  const inOrder = [...issues, ...found].toSorted(
    (a, b) =>
      order.indexOf(a.file) - order.indexOf(b.file) || a.line - b.line || a.column - b.column,
  );
  return { documents, issues: inOrder };
}

/** Nothing at all is a mistake: a file that was cut off, or another one than was meant. */
const nothing = {
  line: 1,
  column: 1,
  path: '',
  problem: 'declares no connection',
  expected: 'must have one: `trueup init` writes an example',
};

/** Paths as the user named them, where that leads to the same file: messages have them. */
function named(paths: readonly string[], cwd: string): readonly string[] {
  return cwd === process.cwd() ? paths : paths.map((path) => resolve(cwd, path));
}

/** One issue, one line. */
export const issueLine = formatPlaced;
