import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stateTable } from '../../lib/table/sqlite/state-table.ts';
import { leaseStore } from '../../lib/lease/lease-store.ts';
import type { LeaseStore } from '../../lib/lease/lease-store.ts';
import { openLedger } from '../../lib/ledger/ledger.ts';
import type { Ledger } from '../../lib/ledger/ledger.types.ts';
import { startBarndoor } from '../../lib/local/gateways/barndoor/simulator.ts';
import type { BarndoorSimulator } from '../../lib/local/gateways/barndoor/simulator.ts';
import { testClock } from './clock.ts';
import { serverIds } from './world.ts';

export interface FleetOptions {
  /** How many servers; each is called `Before <id>` and declared as `After <id>`. */
  readonly servers: number;
  readonly latencyMs?: number;
  readonly concurrency?: number;
  /** Defaults to `correct`. */
  readonly mode?: string;
  /** Label of the nth server. */
  readonly labelOf?: (index: number) => string;
}

/** A vendor on loopback, and a folder that declares its servers in files: what a process of its own can work on. */
export interface FleetInFiles {
  readonly ids: readonly string[];
  readonly vendor: BarndoorSimulator;
  readonly folder: string;
  /** Options that name the files. */
  readonly options: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  /** Ids of servers that the vendor has changed. */
  readonly changed: () => readonly string[];
  readonly ledger: Ledger;
  readonly lease: LeaseStore;
  readonly close: () => Promise<void>;
}

export const fleetConnection = 'acme';

/** Starts the vendor and writes the files. */
export async function startFleetInFiles({
  servers,
  latencyMs = 0,
  concurrency = 4,
  mode = 'correct',
  labelOf,
}: FleetOptions): Promise<FleetInFiles> {
  const ids = serverIds(servers);
  const folder = await mkdtemp(join(tmpdir(), 'trueup-cli-'));
  const vendor = await startBarndoor({
    servers: ids.map((id) => ({ id, name: `Before ${id}` })),
    tokens: ['token'],
    latencyMs,
  });
  const declaration = {
    connection: fleetConnection,
    provider: 'barndoor',
    baseUrl: vendor.url,
    auth: { type: 'bearer', token: { secret: 'trueup/acme/token' } },
    budget: { requestsPerMinute: 60_000, concurrency },
    policy: { mode, limits: { updates: '100%' } },
    servers: ids.map((id, index) => ({
      id,
      ...(labelOf && { label: labelOf(index) }),
      spec: { name: `After ${id}` },
    })),
  };
  await writeFile(join(folder, 'trueup.json'), JSON.stringify(declaration));
  await writeFile(join(folder, 'secrets.json'), '{"trueup/acme/token":"token"}', { mode: 0o600 });
  const state = { folder: join(folder, '.trueup') };
  const table = stateTable(state.folder, testClock());
  return {
    ids,
    vendor,
    folder,
    options: ['--file', 'trueup.json', '--secrets', 'secrets.json'],
    environment: { TRUEUP_ALLOWED_HOSTS: `barndoor=${new URL(vendor.url).host}` },
    changed: () =>
      vendor.servers.filter(({ name }) => name.startsWith('After')).map(({ id }) => id),
    ledger: openLedger({ table, clock: testClock() }),
    lease: leaseStore(table),
    close: async () => {
      table.close();
      await vendor.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
