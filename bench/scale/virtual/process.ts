import { randomUUID } from 'node:crypto';
import { quietObservability } from '../../../functions/runtime/observability.ts';
import { createQueued } from '../../../functions/queued.ts';
import type { Seen } from '../../../functions/runtime/run-pass.ts';
import { createScheduled } from '../../../functions/scheduled.ts';
import { createStream } from '../../../functions/stream.ts';
import type { DesiredStore } from '../../../lib/desired/desired-store.types.ts';
import { createProviders } from '../../../lib/gateways/gateways.ts';
import { leaseStore } from '../../../lib/lease/lease-store.ts';
import { defaultSettings } from '../../../lib/lease/settings.types.ts';
import { openLedger } from '../../../lib/ledger/ledger.ts';
import type { Log } from '../../../lib/model/runtime.types.ts';
import { Secret } from '../../../lib/model/secret.ts';
import type { Dependencies } from '../../../lib/pass/dependencies.types.ts';
import type { SecretSource } from '../../../lib/secrets/secret-source.ts';
import type { Table } from '../../../lib/table/table.ts';
import { createTokenExchange } from '../../../lib/sign-in/token-exchange.ts';
import { sqsQueue } from '../../../lib/work/sqs-queue.ts';
import { fleetServer, secretName, tokenName } from '../../world/fleet.ts';
import { connectionRow, versionOf } from '../../world/seed.ts';
import { hostOf } from './gateway.ts';
import type { VirtualWorld } from './world.ts';

/** Milliseconds of a function's processor for a pass, and for each server of it. */
export interface ProcessorTime {
  readonly pass: number;
  readonly server: number;
}

/** The real handlers in one process of Lambda, which has one processor. */
export interface VirtualProcess {
  readonly scheduled: ReturnType<typeof createScheduled>;
  readonly queued: ReturnType<typeof createQueued>;
  readonly stream: ReturnType<typeof createStream>;
}

/** What fails is counted by the run, and fails it where it must not. */
const quietLog: Log = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  child: () => quietLog,
};

const bytesOfPage = 1_000_000;
const secretsOfPage = 100;
const secretsOfBatch = 20;
const namesOfPage = 10_000;

export function startProcess(
  world: VirtualWorld,
  processor: ProcessorTime,
  seen: Seen,
  connectionsAtOnce: number,
): VirtualProcess {
  const { clock } = world;
  let freeAt = 0;
  const compute = (ms: number) => {
    freeAt = Math.max(world.now, freeAt) + ms;
    return world.wait(freeAt - world.now);
  };
  const table = latentTable(world);
  const deps: Dependencies = {
    desired: desiredOf(world, processor, compute),
    ledger: openLedger({ table, clock }),
    lease: leaseStore(table),
    secrets: secretsOf(world),
    providers: createProviders(world.http),
    announcer: { announce: (events) => world.call('PutEvents', () => void events) },
    queue: sqsQueue({
      client: world.queue.client((operation) => world.call(operation, () => undefined)),
      queueUrl: 'Work',
      clock,
      random: world.random,
    }),
    // The current key, and the one before.
    keys: onceEach(async () => {
      await world.call('GetSecretValue', () => undefined);
      return world.call('GetSecretValue', () => world.keys);
    }),
    credentials: new Map(),
    signIns: {
      read: async () => undefined,
      save: async () => undefined,
      remove: async () => undefined,
      place: (connection) => connection,
    },
    // Its connections have tokens of their own: nothing is exchanged.
    tokens: createTokenExchange({ http: world.http, clock }),
    clock,
    random: world.random,
    uuid: randomUUID,
    log: quietLog,
    settings: defaultSettings,
    secretPrefix: 'trueup',
    owner: `function ${randomUUID()}`,
  };
  const quiet = quietObservability();
  return {
    scheduled: createScheduled(() => ({ deps, connectionsAtOnce, inlineShare: 20 }), quiet, seen),
    queued: createQueued(() => deps, quiet, seen),
    stream: createStream(() => deps, quiet, seen),
  };
}

/** As a process caches its fingerprint keys; for as long as a run. Those that ask at the same time each load it. */
function onceEach<T>(load: () => Promise<T>): () => Promise<T> {
  let loaded: T | undefined;
  return async () => (loaded ??= await load());
}

/** Further pages of one read, each a call that waits for the one before. */
async function morePages(world: VirtualWorld, operation: string, pages: number): Promise<void> {
  // oxlint-disable-next-line no-await-in-loop -- each says where the next begins
  for (let page = 2; page <= pages; page += 1) await world.call(operation, () => undefined);
}

const pagesOf = (items: readonly unknown[]) =>
  items.length < 500 ? 1 : Math.ceil(JSON.stringify(items).length / bytesOfPage);

function latentTable(world: VirtualWorld): Table {
  const { table } = world;
  return {
    ...table,
    query: async (...args) => {
      const items = await world.call('Query', () => table.query(...args));
      await morePages(world, 'Query', pagesOf(items));
      return items;
    },
    lastPage: (...args) => world.call('Query', () => table.lastPage(...args)),
    getMany: (...args) => world.call('BatchGetItem', () => table.getMany(...args)),
    get: (...args) => world.call('GetItem', () => table.get(...args)),
    put: (...args) => world.call('PutItem', () => table.put(...args)),
    remove: (...args) => world.call('DeleteItem', () => table.remove(...args)),
  };
}

/** Rows are made when they are read: a million of them would not fit into memory. */
function desiredOf(
  world: VirtualWorld,
  processor: ProcessorTime,
  compute: (ms: number) => Promise<void>,
): DesiredStore {
  const rowOf = (connection: string, index: number) => {
    const { id, label, spec } = fleetServer(connection, index, world.rounds.get(connection) ?? 0);
    const generation = 1 + (world.rounds.get(connection) ?? 0);
    return { item: `server#${id}`, value: { label, spec, generation } };
  };
  const own = (connection: string) => {
    const {
      connection: _name,
      item,
      ...value
    } = connectionRow(connection, `https://${hostOf(connection)}`);
    return { item, value };
  };
  return {
    async *connections() {
      const names = [...world.fleet.keys()];
      for (let from = 0; from < names.length; from += namesOfPage) {
        // oxlint-disable-next-line no-await-in-loop -- page by page
        yield* await world.call('Scan', () => names.slice(from, from + namesOfPage));
      }
    },
    rows: async (connection, ids) => {
      const { servers = 0 } = world.fleet.get(connection) ?? {};
      if (ids) {
        const rows = await world.call('BatchGetItem', () => [
          own(connection),
          ...ids.map((id) => rowOf(connection, Number(id.slice(-12)))),
        ]);
        await compute(ids.length === 0 ? processor.pass : processor.server * ids.length);
        return rows;
      }
      const rows = await world.call('Query', () => [
        own(connection),
        ...Array.from({ length: servers }, (_, index) => rowOf(connection, index)),
      ]);
      await morePages(world, 'Query', pagesOf(rows));
      await compute(processor.server * servers);
      return rows;
    },
    countServers: (connection) =>
      world.call('Query', () => world.fleet.get(connection)?.servers ?? 0),
  };
}

function secretsOf(world: VirtualWorld): SecretSource {
  const token = 999_999;
  const versionIn = (connection: string, name: string) =>
    versionOf(name === tokenName(connection) ? token : Number(name.slice(-6)));
  return {
    versions: async (connection, names) => {
      if (names) {
        const found = [...names].map((name) =>
          world.call('DescribeSecret', () => [name, versionIn(connection, name)] as const),
        );
        return new Map(await Promise.all(found));
      }
      const { servers = 0 } = world.fleet.get(connection) ?? {};
      await world.call('ListSecrets', () => undefined);
      await morePages(world, 'ListSecrets', Math.ceil((servers + 1) / secretsOfPage));
      const all = Array.from({ length: servers }, (_, index) => secretName(connection, index));
      return new Map(
        [tokenName(connection), ...all].map((name) => [name, versionIn(connection, name)]),
      );
    },
    values: async (connection, requests) => {
      await world.call('BatchGetSecretValue', () => undefined);
      await morePages(world, 'BatchGetSecretValue', Math.ceil(requests.length / secretsOfBatch));
      return requests.map(({ secret }) => ({
        found: true,
        value: new Secret(`value-of-${secret}`),
        version: versionIn(connection, secret),
      }));
    },
  };
}
