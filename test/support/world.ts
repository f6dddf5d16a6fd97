import { writeItems } from '../../bench/world/seed.ts';
import type { EmbeddedWorld, EmbeddedWorldOptions } from '../../demo/world/embedded-world.ts';
import { startEmbeddedWorld } from '../../demo/world/embedded-world.ts';
import { wire } from '../../lib/wiring.ts';
import { leaseStore } from '../../lib/lease/lease-store.ts';
import { openLedger } from '../../lib/ledger/ledger.ts';
import { toItem } from '../../lib/table/dynamodb/attribute-values.ts';
import { dynamoDbClient } from '../../lib/table/dynamodb/client.ts';
import { openSqliteTable } from '../../lib/table/sqlite/table.ts';
import type { PassReport } from '../../lib/model/ledger.types.ts';
import type { AlloyOptions } from '../../lib/local/gateways/alloy/simulator.ts';
import type { BarndoorOptions } from '../../lib/local/gateways/barndoor/simulator.ts';
import type { Dependencies } from '../../lib/pass/dependencies.types.ts';
import type { TrueupEvent } from '../../lib/work/events.ts';
import { reconcile } from '../../lib/pass/reconcile.ts';
import type { PassRequest } from '../../lib/pass/request.types.ts';
import { Hangs } from './hang-wire.ts';
import { testClock } from './clock.ts';
import type { TestClock } from './clock.ts';
import { memoryLog } from './log.ts';
import { quickRetries } from './quick-retries.ts';

export const connection = 'acme';
export const bearer = 'bearer-of-acme';
export const alloyConnection = 'globex';
export const alloyKey = 'api-key-of-globex';

/** Tests do not wait for a budget unless it is what they test. */
const budget = { requestsPerMinute: 60_000, concurrency: 4 };

/** A declared server, as little as a test needs to say. */
export interface ServerInit {
  readonly id: string;
  readonly spec: Record<string, unknown>;
  readonly label?: string;
  readonly policy?: Record<string, unknown>;
  readonly generation?: number;
}

export interface TestWorld extends EmbeddedWorld {
  readonly clock: TestClock;
  readonly log: ReturnType<typeof memoryLog>;
  readonly deps: Dependencies;
  /** What a process of the deployment has, wired again. */
  readonly wire: () => Dependencies;
  readonly events: TrueupEvent[];
  /** Requests that its gateways and its issuer leave without an answer. */
  readonly hangs: Hangs;
  /** Writes the connection row, mode `correct` unless the test says otherwise. */
  readonly declareConnection: (row?: Record<string, unknown>) => Promise<void>;
  readonly declare: (...servers: readonly ServerInit[]) => Promise<void>;
  /** The same for a connection at Alloy. */
  readonly declareAlloyConnection: (row?: Record<string, unknown>) => Promise<void>;
  readonly declareAtAlloy: (...servers: readonly ServerInit[]) => Promise<void>;
  /** One pass; fails the test if another process holds the lease. */
  readonly pass: (request?: Partial<PassRequest>) => Promise<PassReport>;
  /** Calls since the last time it was asked: vendor, DynamoDB, Secrets Manager. */
  readonly callsSince: () => Record<string, number>;
}

/** How a world differs from the usual one. */
export type WorldOptions = Omit<EmbeddedWorldOptions, 'barndoor' | 'alloy' | 'clock'> & {
  readonly alloy?: Partial<AlloyOptions>;
  /**
   * Has ledger and lease in SQLite, in memory: a call takes a twentieth of one to DynamoDB. For many passes of which none is about the
   * store: both stores fulfil the same contract.
   */
  readonly sqliteLedger?: boolean;
};

/** An embedded world with a connection at each vendor, wired as the functions are. */
export async function startWorld(
  barndoor: Partial<BarndoorOptions> = {},
  options: WorldOptions = {},
): Promise<TestWorld> {
  const clock = testClock();
  const hangs = new Hangs();
  const onHang = hangs.report;
  const world = await startEmbeddedWorld({
    ...options,
    clock,
    barndoor: { servers: [], tokens: [bearer], onHang, ...barndoor },
    alloy: { servers: [], tokens: [alloyKey], onHang, ...options.alloy },
    issuer: { onHang, ...options.issuer },
    secretsManager: {
      ...options.secretsManager,
      secrets: {
        [`trueup/${connection}/token`]: bearer,
        [`trueup/${alloyConnection}/token`]: alloyKey,
        ...options.secretsManager?.secrets,
      },
    },
  });
  const log = memoryLog();
  const events: TrueupEvent[] = [];
  const endpoints = quickly(world.endpoints);
  const table = options.sqliteLedger ? openSqliteTable(':memory:', clock.now()) : undefined;
  const inSqlite = table && { ledger: openLedger({ table, clock }), lease: leaseStore(table) };
  const rewire = () => ({
    ...wire(world.settings, log, { endpoints, clock, random: () => 0 }),
    ...inSqlite,
  });
  const deps: Dependencies = {
    ...rewire(),
    announcer: {
      announce: async (some) => {
        events.push(...some);
      },
    },
  };
  const declareConnection = (name: string, defaults: Row, row: Row) =>
    world.desired.put(name, 'connection', {
      auth: { type: 'bearer', token: { secret: `trueup/${name}/token` } },
      policy: { mode: 'correct' },
      budget,
      ...defaults,
      ...row,
    });
  const declare = async (name: string, servers: readonly ServerInit[]) => {
    const rows = servers.map(({ id, ...row }) =>
      toItem({ ...(row as Row), connection: name, item: `server#${id}` }),
    );
    await writeItems(client, world.settings.desiredTable, rows);
  };
  const client = dynamoDbClient(endpoints.dynamodb);
  let counted = snapshot(world);
  return {
    ...world,
    endpoints,
    clock,
    log,
    deps,
    wire: rewire,
    events,
    hangs,
    declareConnection: (row = {}) =>
      declareConnection(
        connection,
        { provider: 'barndoor', baseUrl: world.barndoor.url },
        row as Row,
      ),
    declare: (...servers) => declare(connection, servers),
    declareAlloyConnection: (row = {}) =>
      declareConnection(
        alloyConnection,
        { provider: 'alloy', baseUrl: world.alloy.url },
        row as Row,
      ),
    declareAtAlloy: (...servers) => declare(alloyConnection, servers),
    pass: async (request = {}) => {
      const result = await reconcile(
        {
          connection,
          trigger: 'schedule',
          ...request,
        },
        deps,
      );
      if (result.kind !== 'done') throw new Error('the lease is held by somebody else');
      return result.report;
    },
    close: async () => {
      table?.close();
      client.destroy();
      await world.close();
    },
    callsSince: () => {
      const now = snapshot(world);
      const since = Object.entries(now).map(([name, count]) => [
        name,
        count - (counted[name] ?? 0),
      ]);
      counted = now;
      return Object.fromEntries(since.filter(([, count]) => count !== 0)) as Record<string, number>;
    },
  };
}

function quickly({ dynamodb, secretsManager, ssm, events, sqs, sts }: EmbeddedWorld['endpoints']) {
  return {
    dynamodb: { ...dynamodb, retryStrategy: quickRetries },
    secretsManager: { ...secretsManager, retryStrategy: quickRetries },
    ssm: { ...ssm, retryStrategy: quickRetries },
    events: { ...events, retryStrategy: quickRetries },
    sqs: { ...sqs, retryStrategy: quickRetries },
    sts: { ...sts, retryStrategy: quickRetries },
  };
}

type Row = Parameters<EmbeddedWorld['desired']['put']>[2];

function snapshot(world: EmbeddedWorld): Record<string, number> {
  const { barndoor, dynamodb, secretsManager, ssm } = world;
  return { ...barndoor.counts, ...dynamodb.calls, ...secretsManager.calls, ...ssm.calls };
}

/** `n` different server ids. */
export function serverIds(n: number): string[] {
  return Array.from(
    { length: n },
    (_, index) => `00000000-0000-4000-8000-${String(index).padStart(12, '0')}`,
  );
}

/** All counts of a report that are not zero. */
export function outcomesOf({ counts }: PassReport): Record<string, number> {
  return Object.fromEntries(Object.entries(counts).filter(([, count]) => count > 0));
}
