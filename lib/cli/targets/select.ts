import { suggest } from '../../desired/rules/suggest.ts';
import { namedAtMost } from '../../model/names/named-servers.ts';
import { usageError } from '../errors/cli-error.ts';
import type { CliError } from '../errors/cli-error.ts';
import type { Target } from './target.ts';
import { comparableId } from '../../model/names/server-id.ts';
import { serverRows } from '../../pass/read/server-rows.ts';

/** Help text for an operand of `select`. */
export const nameOperand = 'CONNECTION, or CONNECTION/SERVER by label or id. Defaults to all';

/** A selected connection, and its named servers, if any. */
export interface Selection {
  readonly connection: string;
  /** Ids; absent means all. */
  readonly servers?: readonly string[];
}

/** `acme` or `acme/salesforce-prod`: the part after the first slash is a server's label or id. */
export function splitName(name: string): { readonly connection: string; readonly server?: string } {
  const slash = name.indexOf('/');
  if (slash < 0) return { connection: name };
  return { connection: name.slice(0, slash), server: name.slice(slash + 1) };
}

/**
 * Selects what is named as CONNECTION or CONNECTION/SERVER, by label or id; without names, all connections. A
 * connection that is itself named is selected as a whole.
 *
 * @throws CliError for a name that is not declared
 */
export async function select(
  target: Target,
  names: readonly string[],
): Promise<readonly Selection[]> {
  if (names.length === 0) {
    return (await allConnections(target)).map((connection) => ({ connection }));
  }
  const named = names.map(splitName);
  const connections = [...new Set(named.map(({ connection }) => connection))].toSorted();
  const paths = new Set(names.filter(isPath).map((name) => splitName(name).connection));
  await Promise.all(
    connections.map((connection) => assertDeclared(target, connection, paths.has(connection))),
  );
  return Promise.all(
    connections.map(async (connection): Promise<Selection> => {
      const servers = named
        .filter((one) => one.connection === connection)
        .map(({ server }) => server);
      const parts = servers.filter((server) => server !== undefined);
      if (parts.length < servers.length) return { connection };
      const ids = await serversOf(target, connection, parts);
      if (ids.length <= namedAtMost) return { connection, servers: ids };
      throw usageError(
        `${ids.length} servers of ${connection} are named, and at most ${namedAtMost} can be`,
        `name the whole connection: ${connection}`,
      );
    }),
  );
}

/** The named connections, or all. @throws CliError for a name that is not declared */
export async function selectConnections(
  target: Target,
  names: readonly string[],
): Promise<readonly string[]> {
  const part = names.find((name) => splitName(name).server !== undefined);
  if (part !== undefined) {
    const { connection } = splitName(part);
    throw usageError(
      `'${part}' names a server, but this command takes a connection`,
      `name ${connection}`,
    );
  }
  return (await select(target, names)).map(({ connection }) => connection);
}

async function allConnections(target: Target): Promise<readonly string[]> {
  const names = await target.connections();
  if (names.length > 0) return names.toSorted();
  throw usageError(
    `${target.name} declares no connection`,
    target.writer ? '`trueup push FILE` writes declarations' : '`trueup init` writes an example',
  );
}

/** Whether it is probably a file or folder: `plan trueup.yaml`, `plan declarations/`. */
const isPath = (name: string) => name.endsWith('/') || splitName(name).connection.includes('.');

async function assertDeclared(target: Target, name: string, isFile: boolean): Promise<void> {
  // The list of connections may be outdated, so the row decides. A table does not allow an empty key.
  const rows = name === '' ? [] : await target.deps.desired.rows(name, []);
  if (rows.length > 0) return;
  const known = await target.connections();
  const near = suggest(name, known) ?? (await serverCalled(target, known, name));
  throw usageError(
    `${target.name} declares no connection '${name}'`,
    near === undefined ? otherNames(known, isFile) : `did you mean ${near}?`,
  );
}

function otherNames(known: readonly string[], isFile: boolean): string {
  if (isFile) return 'pass a file or folder with --file, and a saved plan with --plan';
  return known.length === 0
    ? 'it declares none'
    : `name one of these: ${known.slice(0, 20).join(', ')}`;
}

/** Maximum number of connections that are searched for a server that was named without its connection. */
const mostLookedThrough = 20;

async function serverCalled(
  { deps }: Target,
  connections: readonly string[],
  name: string,
): Promise<string | undefined> {
  const named = connections.slice(0, mostLookedThrough).map(async (connection) => {
    const rows = await serverRows(deps, connection);
    const isIt = rows.some(({ id, label }) => label === name || id === name);
    return isIt ? [`${connection}/${name}`] : [];
  });
  return (await Promise.all(named)).flat()[0];
}

/** Finds servers by label or id. */
async function serversOf(
  { deps }: Target,
  connection: string,
  wanted: readonly string[],
): Promise<readonly string[]> {
  const servers = await serverRows(deps, connection);
  const ids = new Set<string>();
  for (const name of wanted) {
    if (name === '')
      throw usageError(`'${connection}/' names no server`, 'write CONNECTION/SERVER');
    const found = [
      servers.filter(({ id, key }) => id === name || key === name),
      servers.filter(({ label }) => label === name),
      servers.filter(({ id }) => comparableId(id) === comparableId(name)),
      servers.filter(({ label }) => label !== undefined && alike(label) === alike(name)),
    ].find((named) => named.length > 0);
    const [one, other] = found ?? [];
    if (!one) throw notDeclared(connection, name, servers);
    if (other) throw ambiguous(name, found?.map(({ id }) => id) ?? []);
    ids.add(one.id);
  }
  return [...ids];
}

/** Terminals and editors may encode the same letters and spaces differently. */
const alike = (label: string) => label.normalize('NFC').replaceAll(/\p{Zs}/gu, ' ');

function ambiguous(name: string, ids: readonly string[]): CliError {
  return usageError(
    `${ids.length} servers are called '${name}': ${ids.slice(0, 5).join(', ')}`,
    'name one by its id',
  );
}

function notDeclared(
  connection: string,
  name: string,
  servers: readonly { readonly id: string; readonly label?: string }[],
): CliError {
  const known = servers.flatMap(({ id, label }) => [...(label === undefined ? [] : [label]), id]);
  const near = suggest(name, known);
  return usageError(
    `${connection} declares no server '${name}'`,
    near === undefined
      ? [
          `name it by its label or id: \`trueup status ${connection}\` lists them`,
          'name it by its label or id',
        ]
      : `did you mean ${connection}/${near}?`,
  );
}
