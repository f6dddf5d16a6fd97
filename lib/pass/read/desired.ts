import { isDeepStrictEqual } from 'node:util';
import { parseConnection, parseServer } from '../../desired/rules/declarations.ts';
import type { Connection } from '../../model/desired.types.ts';
import { formatIssue, InvalidDeclarationError } from '../../model/errors/errors.ts';
import type { Declared } from '../../plan/server-plan.types.ts';
import { accountKey } from '../../model/names/account.ts';
import { boundServer, noLabels, storedOf } from './bound.ts';
import type { Labels } from './bound.ts';
import type { Ledger } from '../../ledger/ledger.types.ts';
import { plainText } from '../../model/text/plain-text.ts';
import type { Log } from '../../model/runtime.types.ts';
import type { Provider } from '../../gateways/provider.ts';
import type { DesiredRow, DesiredStore } from '../../desired/desired-store.types.ts';
import { comparableId } from '../../model/names/server-id.ts';
import { newKey, newLabelIn, rowIdIn, rowKey } from '../../model/names/server-key.ts';

/** A connection as declared, and its vendor. */
export interface Account {
  readonly connection: Connection;
  readonly provider: Provider;
}

/** An account with the row that describes it. */
export interface OwnAccount extends Account {
  readonly row: DesiredRow;
}

/** The account of a connection's own row, or the problem of the row; then no server can be reconciled. */
export type AccountReading =
  (OwnAccount & { readonly ok: true }) | { readonly ok: false; readonly why: string };

/** The account with its servers in scope, each parsed or invalid. */
export interface DesiredState extends Account {
  readonly servers: ReadonlyMap<string, Declared>;
}

/** `ids`: ids of the servers that have a row, valid or not. */
export type DesiredReading =
  | { readonly ok: true; readonly desired: DesiredState }
  | { readonly ok: false; readonly why: string; readonly ids: readonly string[] };

/** The error for a connection whose own row is missing or not valid. */
export function invalidConnection(connection: string, why: string): InvalidDeclarationError {
  const issue = { path: '', problem: why, expected: 'a row that matches its schema' };
  return new InvalidDeclarationError(`connection ${connection}`, [issue], { connection });
}

/** Options for reading rows. */
export interface RowOptions {
  readonly providers: ReadonlyMap<string, Provider>;
  readonly secretPrefix: string;
  readonly log: Log;
}

/** Maximum number of unknown keys in the warning; a mistake in a script can make thousands. */
const straysAtMost = 10;

/** Reads the connection's own row. @throws StoreError */
export async function readAccount(
  store: DesiredStore,
  name: string,
  options: RowOptions,
): Promise<AccountReading> {
  return accountIn(await store.rows(name, []), name, options);
}

/** Reads the servers of an account, or some of them, by id or by the key of their row. @throws StoreError */
export async function readServers(
  { desired, ledger }: { readonly desired: DesiredStore; readonly ledger: Pick<Ledger, 'labels'> },
  account: OwnAccount,
  ids: readonly string[] | undefined,
  options: RowOptions,
): Promise<DesiredState & { readonly isRedeclared: boolean }> {
  const { name } = account.connection;
  const named = await desired.rows(name, ids);
  const row = named.find(({ item }) => item === 'connection');
  const found = new Set(named.map(({ item }) => item));
  const lacking = (ids ?? []).filter((id) => !found.has(rowKey(id)));
  const isNeeded = lacking.length > 0 || named.some(({ item }) => newLabelIn(item) !== undefined);
  const labels = isNeeded ? await ledger.labels(name) : noLabels;
  const more = rowsOfBound(lacking, labels);
  const rest = more.length === 0 ? [] : await desired.rows(name, more);
  const rows = [...named, ...rest.filter(({ item }) => item !== 'connection' && !found.has(item))];
  return {
    ...serversIn(rows, account, options, labels),
    // The servers may be for another gateway or mode than the row that was read before.
    isRedeclared: !isDeepStrictEqual(row?.value, account.row.value),
  };
}

/** The keys of rows without an id, for servers with these ids. */
function rowsOfBound(ids: readonly string[], labels: Labels): readonly string[] {
  if (ids.length === 0) return [];
  const wanted = new Set(ids.map(comparableId));
  return [...labels].flatMap(([label, { binding }]) =>
    binding && wanted.has(comparableId(binding.id)) ? newKey(label) : [],
  );
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
  return { ...account, ids: rows.flatMap(({ item }) => rowIdIn(item) ?? []) };
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
  labels: Labels = noLabels,
): DesiredState {
  const { name } = connection;
  warnOfStrays(options.log, name, rows);
  const servers = new Map<string, Declared>();
  const spellings = new Map<string, string>();
  const account = accountKey(connection);
  for (const row of rows) {
    const key = rowIdIn(row.item);
    if (key === undefined) continue;
    const parsed = parseServer(whole(name, row), connection, provider.table, options);
    const declared = boundServer(
      parsed.ok ? { valid: true, server: parsed.server } : { valid: false, server: parsed.server },
      labels,
      account,
    );
    const { id } = declared.server;
    const other = spellings.get(comparableId(id));
    spellings.set(comparableId(id), other ?? id);
    if (other !== undefined) {
      const reason = plainText(
        key === other || id !== key || servers.has(id)
          ? `is declared twice: by ${row.item}, and by another row`
          : `has the id of server#${other}, in another spelling`,
      );
      const stored = storedOf(declared) ?? storedOf(servers.get(id));
      const twice = { ...labelOf(parsed.server), id, reason, ...(stored && { stored }) };
      servers.set(id, { valid: false, server: twice });
      continue;
    }
    servers.set(id, declared);
  }
  return { connection, provider, servers };
}

function labelOf({ label }: { readonly label?: string }) {
  return label === undefined ? {} : { label };
}

/** Warns of rows that are neither the connection's nor a server's. They are ignored, but are probably mistakes. */
function warnOfStrays(log: Log, connection: string, rows: readonly DesiredRow[]): void {
  const strays = rows.filter(({ item }) => item !== 'connection' && rowIdIn(item) === undefined);
  if (strays.length === 0) return;
  const items = strays.slice(0, straysAtMost).map(({ item }) => plainText(item, 64));
  log.warn("rows whose item is neither 'connection', 'server#<id>' nor 'new#<label>' are ignored", {
    connection,
    rows: strays.length,
    items: items.join(', '),
  });
}

/** The row with its keys. */
function whole(connection: string, { item, value }: DesiredRow) {
  return { ...value, connection, item };
}
