import { resolve } from 'node:path';
import { checkDocument } from '../../../desired/rules/document.ts';
import { formatPlaced, placed, readDeclarations } from '../../../desired/yaml/declaration-files.ts';
import type {
  DeclarationDocument,
  DeclarationFiles,
  PlacedIssue,
} from '../../../desired/yaml/declaration-files.ts';
import { sharedServers } from '../../../desired/rules/shared-servers.ts';
import type { ConnectionServers } from '../../../desired/rules/shared-servers.ts';
import { isJsonObject } from '../../../model/json/json.ts';
import { plainText } from '../../../model/text/plain-text.ts';
import { hostIssues } from './host-issues.ts';
import type { Provider } from '../../../gateways/provider.ts';

/** Declarations with all their problems. */
export interface CheckedFiles extends DeclarationFiles {
  /** In the order of files and lines. */
  readonly issues: readonly PlacedIssue[];
}

/** Reads and checks declarations; returns all problems with their places. */
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
  found.push(...sharedIssues(documents));
  const order = [...new Set([...issues, ...found].map(({ file }) => file))];
  const inOrder = [...issues, ...found].toSorted(
    (a, b) =>
      order.indexOf(a.file) - order.indexOf(b.file) || a.line - b.line || a.column - b.column,
  );
  return { documents, issues: inOrder };
}

/** Servers that an earlier document of the same account declares too. */
function sharedIssues(documents: readonly DeclarationDocument[]): readonly PlacedIssue[] {
  const byName = new Map<string, DeclarationDocument>();
  const connections = documents.flatMap((document): readonly ConnectionServers[] => {
    const { connection: name, servers } = isJsonObject(document.value) ? document.value : {};
    if (typeof name !== 'string' || byName.has(name) || !Array.isArray(servers)) return [];
    byName.set(name, document);
    const ids = servers.map((server): string => {
      const id = isJsonObject(server) ? server['id'] : undefined;
      return typeof id === 'string' ? id : '';
    });
    return [{ name, declared: document.value, ids }];
  });
  return sharedServers(connections).map(({ connection, index, other }) =>
    placed(byName.get(connection) as DeclarationDocument, {
      path: `/servers/${index}/id`,
      problem: `is a server of ${plainText(other, 64)} too, of the same account at the gateway`,
      expected: 'must be declared by one connection',
    }),
  );
}

/** An empty declaration is an error: the file may be truncated or the wrong one. */
const nothing = {
  line: 1,
  column: 1,
  path: '',
  problem: 'declares no connection',
  expected: 'must have one; `trueup init` writes an example',
};

/** Paths as the user gave them, if they lead to the same file, for messages. */
function named(paths: readonly string[], cwd: string): readonly string[] {
  return cwd === process.cwd() ? paths : paths.map((path) => resolve(cwd, path));
}

/** One issue, one line. */
export const issueLine = formatPlaced;
