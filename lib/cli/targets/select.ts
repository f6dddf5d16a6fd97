import { suggest } from '../../desired/rules/suggest.ts';
import { namedAtMost } from '../../model/names/named-servers.ts';
import { usageError } from '../errors/cli-error.ts';
import type { CliError } from '../errors/cli-error.ts';
import type { Target } from './target.ts';
import { comparableId } from '../../model/names/server-id.ts';
import { serverIdIn } from '../../model/names/server-key.ts';

/** A connection that a command is about, and the servers if it names some. */
export interface Selection {
  readonly connection: string;
  /** Ids; absent means all. */
  readonly servers?: readonly string[];
}

/**
 * The connections that are named, or all; and in them the servers that are named, by id or label.
 *
 * @throws CliError for a name that is not declared
 */
export async function select(
  target: Target,
  connections: readonly string[],
  servers: readonly string[] = [],
): Promise<readonly Selection[]> {
  const names =
    connections.length === 0
      ? await allConnections(target)
      : await Promise.all([...new Set(connections)].map((name) => declared(target, name)));
  if (servers.length === 0) return names.toSorted().map((connection) => ({ connection }));
  const found = await Promise.all(names.toSorted().map((name) => serversOf(target, name, servers)));
  assertAllFound(servers, found);
  const selections = found.filter(({ ids }) => ids.size > 0);
  for (const { connection, ids } of selections) {
    if (ids.size <= namedAtMost) continue;
    throw usageError(
      `--server names ${ids.size} servers of ${connection}, and at most ${namedAtMost} can be`,
      'leave out --server for the whole connection',
    );
  }
  return selections.map(({ connection, ids }) => ({ connection, servers: [...ids] }));
}

async function allConnections(target: Target): Promise<readonly string[]> {
  const names = await target.connections();
  if (names.length > 0) return names;
  throw usageError(
    `${target.name} declares no connection`,
    target.writer
      ? '`trueup push FILE` puts declarations there'
      : '`trueup init` writes an example',
  );
}

async function declared(target: Target, name: string): Promise<string> {
  // The list of connections is a hint; the row decides.
  const rows = await target.deps.desired.rows(name, []);
  if (rows.length > 0) return name;
  const known = await target.connections();
  const near = suggest(name, known);
  throw usageError(
    `${target.name} declares no connection '${name}'`,
    near === undefined
      ? `declared are: ${known.length === 0 ? 'none' : known.slice(0, 20).join(', ')}`
      : `did you mean ${near}?`,
  );
}

interface Found {
  readonly connection: string;
  readonly ids: ReadonlySet<string>;
  readonly wanted: ReadonlySet<string>;
}

/** A server is named as `label`, `id`, or with its connection before it, as plans show it. */
async function serversOf(
  { deps }: Target,
  connection: string,
  wanted: readonly string[],
): Promise<Found> {
  const rows = await deps.desired.rows(connection);
  const prefix = `${connection}/`;
  const servers = rows.flatMap(({ item, value }) => {
    const id = serverIdIn(item);
    return id === undefined ? [] : [{ id, label: value['label'] }];
  });
  const ids = new Set<string>();
  const seen = new Set<string>();
  for (const name of wanted) {
    const own = name.startsWith(prefix) ? name.slice(prefix.length) : name;
    const found =
      [
        servers.filter(({ id }) => id === own),
        servers.filter(({ label }) => label === own),
        servers.filter(({ id }) => comparableId(id) === comparableId(own)),
        servers.filter(({ label }) => typeof label === 'string' && alike(label) === alike(own)),
      ].find((named) => named.length > 0) ?? [];
    if (found.length > 1)
      throw ambiguous(
        name,
        found.map(({ id }) => id),
      );
    for (const { id } of found) {
      ids.add(id);
      seen.add(name);
    }
  }
  return { connection, ids, wanted: seen };
}

/** A terminal and an editor may write the same letters and spaces in different ways. */
const alike = (label: string) => label.normalize('NFC').replaceAll(/\p{Zs}/gu, ' ');

function ambiguous(name: string, ids: readonly string[]): CliError {
  return usageError(
    `${ids.length} servers are called '${name}': ${ids.slice(0, 5).join(', ')}`,
    'name one by its id',
  );
}

function assertAllFound(servers: readonly string[], found: readonly Found[]): void {
  const seen = new Set(found.flatMap(({ wanted }) => [...wanted]));
  const lacking = servers.filter((name) => !seen.has(name));
  if (lacking.length === 0) return;
  throw usageError(
    `no declared server is called ${lacking.map((name) => `'${name}'`).join(' or ')}`,
    'name it by its label or id: `trueup status CONNECTION` lists them',
  );
}
