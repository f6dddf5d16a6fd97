import type { Issue } from '../../model/errors/errors.ts';
import type { Json, JsonObject } from '../../model/json/json.types.ts';
import { isJsonObject } from '../../model/json/json.ts';
import { jsonIssues } from '../../model/json/json-issues.ts';
import { connectionRules, ignoreOf, manageOf, merged, serverRules } from './row.ts';
import type { DeclarationOptions, ServerContext } from './row.ts';
import { connectionNameSchema } from '../../model/names/connection-name.ts';
import { documentSchema } from './schema.ts';
import type { ConnectionDocument, ConnectionRow, ServerRow } from './schema.ts';
import { schemaIssues } from './schema-issues.ts';
import { comparableId } from '../../model/names/server-id.ts';
import { newKey, serverKey } from '../../model/names/server-key.ts';

/** `spec` may have 32 levels, and is three levels down in a document. */
const documentDepth = 35;

/**
 * All problems of a document (a connection and its servers, as plain data), including those between servers: ids,
 * labels, names and slugs that occur twice.
 */
export function checkDocument(document: unknown, options: DeclarationOptions): Issue[] {
  const foreign = jsonIssues(document, documentDepth);
  if (foreign.length > 0) return foreign;
  if (!isJsonObject(document)) {
    const expected =
      'must be one connection: an object with connection, provider, baseUrl and auth';
    return [{ path: '', problem: 'is not an object', expected }];
  }
  const servers = Array.isArray(document['servers']) ? document['servers'] : [];
  const context = contextOf(document, options);
  const rules = [
    ...connectionRules(document, options),
    ...servers.flatMap((server: Json, index) =>
      isJsonObject(server) ? serverRules(server, context, `/servers/${index}`) : [],
    ),
  ];
  return [...merged(rules, schemaIssues(documentSchema, document)), ...repeatIssues(servers)];
}

function contextOf(document: JsonObject, options: DeclarationOptions): ServerContext {
  const { provider } = document;
  return {
    connection: connectionNameSchema.safeParse(document['connection']).data,
    secretPrefix: options.secretPrefix,
    table: typeof provider === 'string' ? options.providers.get(provider)?.table : undefined,
    ignore: ignoreOf(document) ?? [],
    manage: manageOf(document) ?? [],
  };
}

/** What must be unique in a connection. Vendors compare names without case and outer white space. */
const unique: readonly (readonly [what: string, keys: readonly string[]])[] = [
  ['id', ['id']],
  ['label', ['label']],
  ['name', ['spec', 'name']],
  ['name', ['spec', 'server_name']],
  ['slug', ['spec', 'slug']],
];

/** A server that repeats a value of an earlier one that must be unique in a connection. */
export interface Repeat {
  readonly what: string;
  readonly keys: readonly string[];
  /** Places in the list. */
  readonly index: number;
  readonly before: number;
}

/** The values that occur twice in the servers of a document. */
export function repeatsIn(servers: readonly unknown[]): Repeat[] {
  return unique.flatMap(([what, keys]) => {
    const first = new Map<string, number>();
    return servers.flatMap((server, index): Repeat[] => {
      const value = keys.reduce<unknown>(
        (current, key) => (isJsonObject(current) ? current[key] : undefined),
        server,
      );
      if (typeof value !== 'string') return [];
      const text =
        what === 'id' ? comparableId(value) : value.normalize('NFC').trim().toLowerCase();
      const before = first.get(text);
      if (before !== undefined) return [{ what, keys, index, before }];
      first.set(text, index);
      return [];
    });
  });
}

function repeatIssues(servers: readonly Json[]): Issue[] {
  return repeatsIn(servers).map(({ what, keys, index, before }) => ({
    path: `/servers/${index}/${keys.join('/')}`,
    problem: `repeats the ${what} of /servers/${before}`,
    expected: 'must be unique in its connection',
  }));
}

/** The key of a server's row. A server without an id has its label in the key. */
export function itemOf(
  id: string | undefined,
  { label = '' }: { readonly label?: string | undefined },
): string {
  return id === undefined ? newKey(label) : serverKey(id);
}

/** The rows of a valid document: the connection's, and one for each server. */
export function rowsOf(
  document: ConnectionDocument,
): readonly [connection: ConnectionRow, ...servers: ServerRow[]] {
  const { servers = [], ...own } = document;
  const { connection } = own;
  return [
    { ...own, item: 'connection' },
    ...servers.map(({ id, ...server }) => ({ ...server, connection, item: itemOf(id, server) })),
  ];
}
