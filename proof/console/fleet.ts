import { openLedger } from '../../lib/ledger/ledger.ts';
import { leaseStore } from '../../lib/lease/lease-store.ts';
import { openSqliteTable } from '../../lib/table/sqlite/table.ts';
import { outcomeCounts } from '../../lib/model/outcome.ts';
import type { Outcome } from '../../lib/model/outcome.ts';
import type { DesiredRow } from '../../lib/desired/desired-store.types.ts';
import { changeOf, heldPlan } from './held.ts';
import type { TestWorld } from '../../test/support/world.ts';

/** Every page of a large fleet, without one that reads gateways. */
export const fleetPaths = [
  '/',
  '/servers',
  '/servers?page=200',
  '/servers?text=server-7&outcome=inSync',
  '/servers?connection=acme-03&outcome=failed',
  '/server?connection=acme-03&id=srv-000007',
  '/plan',
  '/history',
  '/history?server=server-7+of+acme-03',
  '/act?act=retry&connection=acme-03',
  `/act?act=approve&connection=acme-03&digest=${Buffer.from('acme-03'.padEnd(16)).toString('hex')}`,
  '/act?act=pause&connection=acme-03&id=srv-000007',
] as const;

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
    const digest = heldDigest(name);
    const ids = own.slice(1).map(({ item }) => item.slice('server#'.length));
    await ledger.putHeld(name, heldPlan(name, ids.slice(0, servers * 0.4), since, digest));
    for (const id of ids.slice(0, changed)) {
      await ledger.record(name, changeOf(id, `Server ${Number(id.slice('srv-'.length))}`, since));
    }
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
        held: digest,
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

/** Servers of a connection that were changed lately. */
const changed = 100;

/** Of what the guard holds in a connection. */
export const heldDigest = (name: string) => Buffer.from(name.padEnd(16)).toString('hex');

const connectionRow = (name: string) => ({
  provider: 'barndoor',
  baseUrl: 'http://127.0.0.1:1',
  auth: { type: 'bearer', token: { secret: `trueup/${name}/token` } },
  policy: { mode: 'correct' },
});
