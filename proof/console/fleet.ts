import { openLedger } from '../../lib/ledger/ledger.ts';
import { leaseStore } from '../../lib/lease/lease-store.ts';
import { openSqliteTable } from '../../lib/table/sqlite/table.ts';
import { outcomeCounts } from '../../lib/model/outcome.ts';
import type { Outcome } from '../../lib/model/outcome.ts';
import type { DesiredRow } from '../../lib/desired/desired-store.types.ts';
import type { TestWorld } from '../../test/support/world.ts';

/** Of a hundred servers, a few with each outcome to look at. */
const outcomeOf = (index: number): Outcome =>
  (['failed', 'refused', 'waiting', 'missing', 'invalid', 'held', 'reported'] as const)[
    index % 100
  ] ?? (index % 3 === 0 ? 'assumed' : 'inSync');

/** A world whose tables have many connections and servers, and no gateway behind them. */
export async function largeFleet(
  { deps, clock }: Pick<TestWorld, 'deps' | 'clock'>,
  { connections, servers }: { readonly connections: number; readonly servers: number },
): Promise<Pick<TestWorld, 'deps' | 'clock'> & { readonly close: () => void }> {
  const table = openSqliteTable(':memory:', clock.now());
  const ledger = openLedger({ table, clock });
  const names = Array.from(
    { length: connections },
    (_, index) => `acme-${String(index).padStart(2, '0')}`,
  );
  const rows = new Map<string, readonly DesiredRow[]>();
  const since = new Date(clock.now() - 3_600_000).toISOString();
  for (const name of names) {
    const own: DesiredRow[] = [{ item: 'connection', value: connectionRow(name) }];
    const outcomes: Outcome[] = [];
    for (let index = 0; index < servers; index += 1) {
      const id = `srv-${String(index).padStart(6, '0')}`;
      const outcome = outcomeOf(index);
      const label = `server-${index} of ${name}`;
      outcomes.push(outcome);
      own.push({
        item: `server#${id}`,
        value: { label, spec: { name: `Server ${index}` }, generation: 3 },
      });
      const isWell = outcome === 'inSync' || outcome === 'assumed';
      await ledger.writeServer(name, {
        id,
        rev: 0,
        label,
        outcome,
        since,
        generation: 3,
        ...(!isWell && { reason: { code: 'put', message: 'PUT answered HTTP 403 (forbidden)' } }),
        applied: {},
        undecided: {},
        normalised: {},
      });
    }
    rows.set(name, own);
    await ledger.putReport(
      name,
      {
        pass: `pass-of-${name}`,
        trigger: 'schedule',
        connection: name,
        scope: 'all',
        startedAt: since,
        durationMs: 2100,
        servers,
        counts: outcomeCounts(outcomes),
        undeclared: 7,
        vendorCalls: { list: 10, get: 0, put: 0 },
        secretsDecrypted: 0,
        credentialsDecrypted: 0,
        state: 'ok',
        details: [],
      },
      true,
    );
  }
  const desired = {
    connections: async function* () {
      yield* names;
    },
    rows: async (name: string, ids?: readonly string[]) => {
      const all = rows.get(name) ?? [];
      return ids
        ? all.filter(
            ({ item }) => item === 'connection' || ids.includes(item.slice('server#'.length)),
          )
        : all;
    },
    countServers: async (name: string) => (rows.get(name)?.length ?? 1) - 1,
  };
  return {
    deps: { ...deps, desired, ledger, lease: leaseStore(table) },
    clock,
    close: () => table.close(),
  };
}

const connectionRow = (name: string) => ({
  provider: 'barndoor',
  baseUrl: 'http://127.0.0.1:1',
  auth: { type: 'bearer', token: { secret: `trueup/${name}/token` } },
  policy: { mode: 'correct' },
});
