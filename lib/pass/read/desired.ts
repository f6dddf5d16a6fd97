import { isDeepStrictEqual } from 'node:util';
import { parseConnection, parseServer } from '../../desired/rules/declarations.ts';
import type { Connection } from '../../model/desired.types.ts';
import { formatIssue } from '../../model/errors/errors.ts';
import type { Declared } from '../../plan/server-plan.ts';
import { plainText } from '../../model/text/plain-text.ts';
import type { Log } from '../../model/runtime.types.ts';
import type { Provider } from '../../gateways/provider.ts';
import type { DesiredRow, DesiredStore } from '../../desired/desired-store.types.ts';
import { comparableId } from '../../model/names/server-id.ts';
import { serverIdIn } from '../../model/names/server-key.ts';

/** A connection as declared, and its vendor. */
export interface Account {
  readonly connection: Connection;
  readonly provider: Provider;
}

/** An account with the row that describes it. */
export interface OwnAccount extends Account {
  readonly row: DesiredRow;
}

/** The account that a connection's own row describes; or what is wrong with the row: then no server can be reconciled. */
export type AccountReading =
  (OwnAccount & { readonly ok: true }) | { readonly ok: false; readonly why: string };

/** The account with its servers in scope, each parsed or invalid by itself. */
export interface DesiredState extends Account {
  readonly servers: ReadonlyMap<string, Declared>;
}

/** `ids`: of the servers that have a row, of any form. */
export type DesiredReading =
  | { readonly ok: true; readonly desired: DesiredState }
  | { readonly ok: false; readonly why: string; readonly ids: readonly string[] };

/** What rows are read with. */
export interface RowOptions {
  readonly providers: ReadonlyMap<string, Provider>;
  readonly secretPrefix: string;
  readonly log: Log;
}

/** At most so many keys of rows that mean nothing are named: one slip in a script makes thousands. */
const straysAtMost = 10;

/** Reads the connection's own row. @throws StoreError */
export async function readAccount(
  store: DesiredStore,
  name: string,
  options: RowOptions,
): Promise<AccountReading> {
  return accountIn(await store.rows(name, []), name, options);
}

/** Reads the servers of an account, or some of them. @throws StoreError */
export async function readServers(
  store: DesiredStore,
  account: OwnAccount,
  ids: readonly string[] | undefined,
  options: RowOptions,
): Promise<DesiredState & { readonly isRedeclared: boolean }> {
  const rows = await store.rows(account.connection.name, ids);
  const row = rows.find(({ item }) => item === 'connection');
  return {
    ...serversIn(rows, account, options),
    // The servers may be meant for another gateway, or for another mode, than the one that was read before.
    isRedeclared: !isDeepStrictEqual(row?.value, account.row.value),
  };
}

/** Reads a connection with its servers, or some of them, at once. @throws StoreError */
export async function readDesired(
  store: DesiredStore,
  name: string,
  ids: readonly string[] | undefined,
  options: RowOptions,
): Promise<DesiredReading> {
  const rows = await store.rows(name, ids);
  const account = accountIn(rows, name, options);
  if (account.ok) return { ok: true, desired: serversIn(rows, account, options) };
  warnOfStrays(options.log, name, rows);
  return { ...account, ids: rows.flatMap(({ item }) => serverIdIn(item) ?? []) };
}

function accountIn(rows: readonly DesiredRow[], name: string, options: RowOptions): AccountReading {
  const row = rows.find(({ item }) => item === 'connection');
  if (!row) return { ok: false, why: `there is no row 'connection' for ${name}` };
  const parsed = parseConnection(whole(name, row), options);
  if (!parsed.ok) return { ok: false, why: plainText(parsed.issues.map(formatIssue).join('; ')) };
  const { connection } = parsed;
  const provider = options.providers.get(connection.provider) as Provider;
  return { ok: true, connection, provider, row };
}

function serversIn(
  rows: readonly DesiredRow[],
  { connection, provider }: Account,
  options: RowOptions,
): DesiredState {
  const { name } = connection;
  warnOfStrays(options.log, name, rows);
  const servers = new Map<string, Declared>();
  const spellings = new Map<string, string>();
  for (const row of rows) {
    const id = serverIdIn(row.item);
    if (id === undefined) continue;
    const parsed = parseServer(whole(name, row), connection, provider.table, options);
    const other = spellings.get(comparableId(id));
    spellings.set(comparableId(id), other ?? id);
    if (other !== undefined) {
      const reason = plainText(`has the id of server#${other}, in another spelling`);
      servers.set(id, { valid: false, server: { ...labelOf(parsed.server), id, reason } });
      continue;
    }
    servers.set(
      id,
      parsed.ok ? { valid: true, server: parsed.server } : { valid: false, server: parsed.server },
    );
  }
  return { connection, provider, servers };
}

function labelOf({ label }: { readonly label?: string }) {
  return label === undefined ? {} : { label };
}

/** Rows that are neither the connection's nor a server's are ignored, with a warning: they were meant for something. */
function warnOfStrays(log: Log, connection: string, rows: readonly DesiredRow[]): void {
  const strays = rows.filter(({ item }) => item !== 'connection' && serverIdIn(item) === undefined);
  if (strays.length === 0) return;
  const items = strays.slice(0, straysAtMost).map(({ item }) => plainText(item, 64));
  log.warn("rows whose item is neither 'connection' nor 'server#<id>' are ignored", {
    connection,
    rows: strays.length,
    items: items.join(', '),
  });
}

/** The row with its keys, as it is in the table. */
function whole(connection: string, { item, value }: DesiredRow) {
  return { ...value, connection, item };
}
