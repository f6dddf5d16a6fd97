import { parseConnection, parseServer } from '../core/declarations.ts';
import type { Connection } from '../core/desired.types.ts';
import { formatIssue } from '../core/errors.ts';
import type { Declared } from '../core/plan-server.ts';
import { plainText } from '../core/redact.ts';
import type { Log } from './ports/runtime.ts';
import type { Provider } from './ports/provider.ts';
import type { DesiredRow, DesiredStore } from './ports/desired-store.ts';

/** A connection as declared, and the servers in scope, each parsed or invalid by itself. */
export interface DesiredState {
  readonly connection: Connection;
  readonly provider: Provider;
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
 * Reads and parses what is declared for a connection, or for some of its servers. Rows that are neither the connection's
 * nor a server's are told: whoever wrote them meant something.
 *
 * @throws StoreError if Desired could not be read
 */
export async function readDesired(
  store: DesiredStore,
  name: string,
  ids: readonly string[] | undefined,
  options: { providers: ReadonlyMap<string, Provider>; secretPrefix: string; log: Log },
): Promise<DesiredReading> {
  const rows = await store.rows(name, ids);
  tellStrays(options.log, name, rows);
  const own = rows.find(({ item }) => item === 'connection');
  const serverRows = rows.filter(({ item }) => item.startsWith(serverPrefix));
  const notFitting = (why: string): DesiredReading => ({
    ok: false,
    why,
    ids: serverRows.map(({ item }) => item.slice(serverPrefix.length)),
  });
  if (!own) return notFitting(`there is no row 'connection' for ${name}`);
  const parsed = parseConnection(whole(name, own), options);
  if (!parsed.ok) return notFitting(plainText(parsed.issues.map(formatIssue).join('; ')));

  const { connection } = parsed;
  const provider = options.providers.get(connection.provider) as Provider;
  const servers = new Map(
    serverRows.map((row): [string, Declared] => {
      const result = parseServer(whole(name, row), connection, provider.table, options);
      const declared: Declared = result.ok
        ? { valid: true, server: result.server }
        : { valid: false, server: result.server };
      return [row.item.slice(serverPrefix.length), declared];
    }),
  );
  const declaredTotal = async () => (ids ? store.countServers(name) : servers.size);
  return { ok: true, desired: { connection, provider, servers, declaredTotal } };
}

function tellStrays(log: Log, connection: string, rows: readonly DesiredRow[]): void {
  const strays = rows
    .map(({ item }) => item)
    .filter((item) => item !== 'connection' && !item.startsWith(serverPrefix));
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
