import { parseConnection, parseServer } from '../core/declarations.ts';
import type { Connection } from '../core/desired.types.ts';
import { formatIssue } from '../core/errors.ts';
import type { Declared } from '../core/plan-server.ts';
import { plainText } from '../core/redact.ts';
import type { ParsedRows, RowParser } from './parsed-rows.ts';
import type { Log } from './ports/runtime.ts';
import type { Provider } from './ports/provider.ts';
import type { DesiredRow, DesiredStore } from './ports/desired-store.ts';

/** A connection as declared, and its vendor. */
export interface Account {
  readonly connection: Connection;
  readonly provider: Provider;
}

/** The servers in scope besides, each parsed or invalid by itself. */
export interface DesiredState extends Account {
  readonly servers: ReadonlyMap<string, Declared>;
  /** Server rows of the connection, also beyond the scope. */
  readonly declaredTotal: () => Promise<number>;
}

/** Without a connection row that fits, its servers cannot be reconciled: `why` says what is wrong with it. */
export type DesiredReading =
  | { readonly ok: true; readonly desired: DesiredState }
  | { readonly ok: false; readonly why: string; readonly ids: readonly string[] };

const serverPrefix = 'server#';

/** Keys of rows that mean nothing are told up to this many: one slip in a script makes thousands. */
const straysAtMost = 10;

/**
 * Reads and parses what is declared for a connection, or for some of its servers, page by page: nothing of a row is kept
 * but what was parsed. Rows that are neither the connection's nor a server's are told: whoever wrote them meant something.
 *
 * @param opened - told of the connection as soon as its row is there, which is the first: so that its vendor can be asked
 * while the others come
 * @throws StoreError if Desired could not be read
 */
export async function readDesired(
  store: DesiredStore,
  name: string,
  ids: readonly string[] | undefined,
  options: {
    providers: ReadonlyMap<string, Provider>;
    secretPrefix: string;
    log: Log;
    parsedRows?: ParsedRows;
  },
  opened: (account: Account) => void = () => undefined,
): Promise<DesiredReading> {
  const servers = new Map<string, Declared>();
  const strays: string[] = [];
  let early: DesiredRow[] = [];
  let account: Account | undefined;
  let rows: RowParser | undefined;
  let why = `there is no row 'connection' for ${name}`;
  const parserOf = (opening: Account): RowParser => {
    const { connection, provider } = opening;
    const parse = (row: DesiredRow): Declared => {
      const result = parseServer(whole(name, row), connection, provider.table, options);
      return result.ok
        ? { valid: true, server: result.server }
        : { valid: false, server: result.server };
    };
    return options.parsedRows?.of(opening, parse) ?? { parse, end: () => undefined };
  };
  const parseOwn = (row: DesiredRow) => parseConnection(whole(name, row), options);
  for await (const page of pagesOf(store, name, ids)) {
    const own = page.find(({ item }) => item === 'connection');
    if (own) {
      const parsed = options.parsedRows?.connection(name, own, parseOwn) ?? parseOwn(own);
      if (parsed.ok) {
        const { connection } = parsed;
        const provider = options.providers.get(connection.provider) as Provider;
        account = { connection, provider };
        rows = parserOf(account);
        opened(account);
      } else {
        why = plainText(parsed.issues.map(formatIssue).join('; '));
      }
    }
    for (const row of page) {
      if (row.item.startsWith(serverPrefix)) early.push(row);
      else if (row !== own) strays.push(row.item);
    }
    if (!rows) continue;
    for (const row of early) servers.set(row.item.slice(serverPrefix.length), rows.parse(row));
    early = [];
  }
  rows?.end(ids === undefined);
  tellStrays(options.log, name, strays);
  if (!account) {
    return { ok: false, why, ids: early.map(({ item }) => item.slice(serverPrefix.length)) };
  }
  const declaredTotal = async () => (ids ? store.countServers(name) : servers.size);
  return { ok: true, desired: { ...account, servers, declaredTotal } };
}

async function* pagesOf(store: DesiredStore, name: string, ids: readonly string[] | undefined) {
  if (store.pages) yield* store.pages(name, ids);
  else yield await store.rows(name, ids);
}

function tellStrays(log: Log, connection: string, strays: readonly string[]): void {
  if (strays.length === 0) return;
  const items = strays.slice(0, straysAtMost).map((item) => plainText(item, 64));
  log.warn("rows whose item is neither 'connection' nor 'server#<id>' are ignored", {
    connection,
    rows: strays.length,
    items: items.join(', '),
  });
}

/** The row with its keys, as it stands in the table. */
function whole(connection: string, { item, value }: DesiredRow) {
  return { ...value, connection, item };
}
