import { rowsOf } from '../rules/document.ts';
import type { Issue } from '../../model/errors/errors.ts';
import type { JsonObject } from '../../model/json/json.types.ts';
import { isJsonObject } from '../../model/json/json.ts';
import { connectionNameSchema } from '../../model/names/connection-name.ts';
import {
  labelSchema,
  serverIdSchema,
  type ConnectionDocument,
  type ConnectionRow,
  type ServerRow,
} from '../rules/schema.ts';
import type { DesiredRow, DesiredStore } from '../desired-store.types.ts';
import {
  formatPlaced,
  placed,
  type DeclarationDocument,
  type DeclarationFiles,
} from './declaration-files.ts';
import { fileProblem } from '../../model/errors/file-problem.ts';
import { newKey, rowKey } from '../../model/names/server-key.ts';

const issuesShown = 3;

/**
 * `DesiredStore` on declarations that were read before: a snapshot, so that what was checked is what is applied. Rows
 * are as declared, valid or not, and have no generation.
 *
 * A file that could not be read must never look like an empty one. So issues of reading, and documents without a name,
 * fail every call, and servers that cannot be told apart fail the calls for their connection: all with a `StoreError`,
 * code `store-malformed`.
 */
export function desiredFiles({ documents, issues }: DeclarationFiles): DesiredStore {
  const nameless = documents.flatMap((document) =>
    nameOf(document) === undefined ? [placed(document, noName)] : [],
  );
  const unreadable = [...issues, ...nameless].map(formatPlaced);
  const byName = new Map(documents.map((document) => [nameOf(document), document]));

  const assertReadable = () => {
    const shown = unreadable.slice(0, issuesShown).join('; ');
    if (unreadable.length === 0) return;
    const rest = unreadable.length - issuesShown;
    const more = rest > 0 ? `; and ${rest} more` : '';
    throw fileProblem('store-malformed', 'the declarations', `cannot be used: ${shown}${more}`);
  };

  const rowsIn = (connection: string): readonly (ConnectionRow | ServerRow)[] => {
    assertReadable();
    const document = byName.get(connection);
    if (!document) return [];
    const problem = serverProblem((document.value as JsonObject)['servers']);
    if (!problem) return rowsOf(document.value as ConnectionDocument);
    const line = formatPlaced(placed(document, problem));
    throw fileProblem('store-malformed', 'the declaration', `cannot be used: ${line}`, {
      connection,
    });
  };

  return {
    connections: async function* () {
      assertReadable();
      for (const name of byName.keys()) if (name !== undefined) yield name;
    },
    rows: async (connection, ids) => {
      const wanted = ids && new Set(['connection', ...ids.map((id) => rowKey(id))]);
      return rowsIn(connection)
        .filter(({ item }) => !wanted || wanted.has(item))
        .map(rowOf);
    },
    countServers: async (connection) => Math.max(rowsIn(connection).length - 1, 0),
  };
}

function rowOf({ connection: _connection, item, ...value }: ConnectionRow | ServerRow): DesiredRow {
  return { item, value };
}

/** The id as in a row; for a server without one, made from its label. */
function idOf({ id, label }: JsonObject): string | undefined {
  if (id !== undefined) return serverIdSchema.safeParse(id).data;
  const own = labelSchema.safeParse(label).data;
  return own === undefined ? undefined : newKey(own);
}

const noName: Issue = {
  path: '/connection',
  problem: 'has no connection name',
  expected: 'must be one connection with a name',
};

function nameOf({ value }: DeclarationDocument): string | undefined {
  const name = isJsonObject(value) ? value['connection'] : undefined;
  return connectionNameSchema.safeParse(name).data;
}

/** Only problems that make servers impossible to tell apart. A pass reports all others for each server. */
function serverProblem(servers: unknown): Issue | undefined {
  if (servers === undefined) return undefined;
  if (!Array.isArray(servers)) {
    return { path: '/servers', problem: 'is not a list', expected: 'must be a list of servers' };
  }
  const seen = new Set<string>();
  for (const [index, server] of servers.entries()) {
    const path = `/servers/${index}`;
    if (!isJsonObject(server)) {
      return { path, problem: 'is not an object', expected: 'must be a server' };
    }
    const id = idOf(server);
    if (id === undefined) {
      return {
        path,
        problem: 'has no id',
        expected: "must have the gateway's id, or a label",
      };
    }
    if (seen.has(id)) return { path, problem: 'repeats an id', expected: 'must be unique' };
    seen.add(id);
  }
  return undefined;
}
