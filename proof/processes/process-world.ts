import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { dynamoDbClient } from '../../lib/table/dynamodb/client.ts';
import { dynamoDbTable } from '../../lib/table/dynamodb/table.ts';
import type { Table } from '../../lib/table/table.ts';
import type { Dependencies } from '../../lib/pass/dependencies.types.ts';
import type { BarndoorOptions } from '../../lib/local/gateways/barndoor/simulator.ts';
import { bearer, startWorld } from '../../test/support/world.ts';
import type { TestWorld, WorldOptions } from '../../test/support/world.ts';
import { defaultSettings, type ReconcileSettings } from '../../lib/lease/settings.types.ts';
import { shortTimes, withTimes } from './short-times.ts';
import { killChildren, startChild } from './child.ts';
import type { Child, ChildEntry } from './child.ts';
import { inStateFile } from './state-file.ts';

/** The embedded world in this process, and processes that make passes on it. */
export interface ProcessWorld extends TestWorld {
  /** Dependencies for a pass of this process, which is never stopped: its lease is as long as in production. */
  readonly here: Dependencies;
  /** Where ledger and lease are. */
  readonly table: Table;
  /** Starts a process; its times are short, so that another can take over soon, unless others are given. */
  readonly start: (owner: string, options?: StartOptions) => Promise<Child>;
  /** A connection of its own at the one simulated vendor, mode `correct`, unguarded. */
  readonly connect: (connection: string) => Promise<void>;
  /** Resolves when anybody may acquire the lease. */
  readonly untilFree: (connection: string) => Promise<void>;
}

interface StartOptions {
  readonly entry?: ChildEntry;
  readonly times?: ReconcileSettings;
}

const asText = (key: string, value: unknown) => (key === 'retryStrategy' ? undefined : value);

export const concurrency = 4;

/** Where ledger and lease are. */
export type Store = 'DynamoDB' | 'SQLite';

export async function startProcessWorld(
  barndoor: Partial<BarndoorOptions> = {},
  options: WorldOptions = {},
  store: Store = 'DynamoDB',
): Promise<ProcessWorld> {
  const world = await startWorld(barndoor, options);
  const { settings } = world;
  // To another process it goes as text, and how the SDK repeats is a function.
  const endpoints = JSON.parse(JSON.stringify(world.endpoints, asText)) as typeof world.endpoints;
  // It waits after a lease no longer than the others do.
  const long = { ...defaultSettings, marginMs: shortTimes.marginMs };
  const timed = withTimes(world.deps, settings.allowedHosts, 'the test', long);
  const folder = await mkdtemp(join(tmpdir(), 'trueup-processes-'));
  const stateFile = store === 'SQLite' ? join(folder, 'state.db') : undefined;
  const file = stateFile === undefined ? undefined : inStateFile(timed, stateFile);
  const here = file?.deps ?? timed;
  const client = dynamoDbClient(endpoints.dynamodb);
  const inTable = { client, table: settings.ledgerTable, clock: timed.clock };
  return {
    ...world,
    here,
    table: file?.table ?? dynamoDbTable(inTable),
    start: (owner, { entry = 'pass-child.ts', times = shortTimes } = {}) =>
      startChild(
        {
          settings,
          endpoints,
          times,
          owner,
          ...(stateFile !== undefined && { stateFile }),
        },
        entry,
      ),
    connect: async (connection) => {
      await world.secrets.write(`trueup/${connection}/token`, bearer);
      await world.desired.put(connection, 'connection', {
        provider: 'barndoor',
        baseUrl: world.barndoor.url,
        auth: { type: 'bearer', token: { secret: `trueup/${connection}/token` } },
        policy: { mode: 'correct', limits: { updates: '100%', minimum: 10 } },
        budget: { requestsPerMinute: 60_000, concurrency },
      });
    },
    untilFree: (connection) =>
      until(async () => {
        const item = await here.lease.read(connection);
        return (
          item?.expiresAt === undefined || item.expiresAt + shortTimes.marginMs < here.clock.now()
        );
      }),
    close: async () => {
      await killChildren();
      file?.table.close();
      client.destroy();
      await world.close();
      await rm(folder, { recursive: true });
    },
  };
}

/** Resolves when `condition` holds. What never comes ends with the test. */
export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  // oxlint-disable-next-line no-await-in-loop
  while (!(await condition())) await pause(2);
}

export const pause = (ms: number) => new Promise<void>((resolve) => void setTimeout(resolve, ms));

// Whatever ends this process, what it started ends with it.
process.once('exit', () => void killChildren());
