import type { Calls, Series, Spread, Sweep, Throttled, Undersized } from '../results.types.ts';
import { rounded, spreadOf, thinned } from '../spread.ts';
import type { ProcessorTime } from '../virtual/process.ts';
import { deployed, withVirtualWorld, type Ended } from '../virtual/run.ts';
import { RateQuota, type FleetConnection, type VirtualWorld } from '../virtual/world.ts';

export const intervalMs = 300_000;
/** No run of this bench is meant to take longer. */
export const forever = 6 * 3_600_000;

export const fleetOf = (connections: number, servers = 20): FleetConnection[] =>
  Array.from({ length: connections }, (_, index) => ({
    name: `quiet-${String(index).padStart(5, '0')}`,
    servers,
  }));

/** When each connection's first full pass since `from` was over, in seconds from it. */
export function servedSince(ended: readonly Ended[], from: number): Map<string, number> {
  const served = new Map<string, number>();
  for (const { at, result } of ended) {
    if (at < from || result.kind !== 'done') continue;
    const { connection, scope, startedAt } = result.report;
    if (scope !== 'all' || Date.parse(startedAt) < from || served.has(connection)) continue;
    served.set(connection, (at - from) / 1000);
  }
  return served;
}

/** Of the queue, every second of virtual time. */
export function watchQueue(
  world: VirtualWorld,
  every: (ms: number, look: () => void) => void,
): { readonly oldest: Series; readonly length: Series } {
  const from = world.now;
  const oldest: [number, number][] = [];
  const length: [number, number][] = [];
  every(1000, () => {
    const at = (world.now - from) / 1000;
    oldest.push([at, rounded(world.queue.oldestMs / 1000)]);
    length.push([at, world.queue.length]);
  });
  return { oldest, length };
}

export function callsOfEach(calls: Calls, passes: number): Calls {
  return Object.fromEntries(
    Object.entries(calls).map(([name, count]) => [name, rounded(count / passes)]),
  );
}

/** One sweep of the fleet by each number of workers, each time with new processes. */
export function sweeps(
  connections: number,
  workers: readonly number[],
  processor: ProcessorTime,
  servers = 20,
): Promise<Sweep[]> {
  return withVirtualWorld(fleetOf(connections, servers), (world) =>
    sweepEach(world, connections, workers, processor),
  );
}

/** The same, and then one sweep against the default quotas of Secrets Manager, on the same tables. */
export function sweepsAndQuota(
  connections: number,
  workers: readonly number[],
  limited: { readonly workers: number; readonly quota: number },
  processor: ProcessorTime,
): Promise<{ readonly sweeps: Sweep[]; readonly throttled: Throttled }> {
  return withVirtualWorld(fleetOf(connections), async (world) => ({
    sweeps: await sweepEach(world, connections, workers, processor),
    throttled: await throttled(world, connections, limited, processor),
  }));
}

async function sweepEach(
  world: VirtualWorld,
  connections: number,
  workers: readonly number[],
  processor: ProcessorTime,
): Promise<Sweep[]> {
  const found: Sweep[] = [];
  for (const count of workers) {
    // oxlint-disable-next-line no-await-in-loop -- one after the other, on the same tables
    found.push(await sweep(world, connections, count, processor));
  }
  return found;
}

function sweep(
  world: VirtualWorld,
  connections: number,
  workers: number,
  processor: ProcessorTime,
): Promise<Sweep> {
  return deployed(world, { workers, processor }, async ({ functions, ended, pass, every }) => {
    const from = world.now;
    const { oldest } = watchQueue(world, every);
    functions.schedule();
    await pass(forever, () => functions.running === 0 && world.queue.length === 0);
    const served = [...servedSince(ended, from).values()];
    if (world.quotas.size === 0) assertServed(served.length, connections);
    const spread = spreadOf(served);
    return {
      connections,
      workers,
      seconds: spread.most,
      unserved: connections - served.length,
      served: spread,
      pass: passSpread(ended),
      calls: callsOfEach(world.calls, served.length),
      oldest: thinned(oldest),
    };
  });
}

const passSpread = (ended: readonly Ended[]) =>
  spreadOf(
    ended.flatMap(({ result }) => (result.kind === 'done' ? result.report.durationMs / 1000 : [])),
  );

async function throttled(
  world: VirtualWorld,
  connections: number,
  { workers, quota }: { readonly workers: number; readonly quota: number },
  processor: ProcessorTime,
): Promise<Throttled> {
  for (const name of ['ListSecrets', 'BatchGetSecretValue']) {
    world.quotas.set(name, new RateQuota(quota));
  }
  const found = await sweep(world, connections, workers, processor);
  const { calls } = world;
  const refused = Object.entries(calls)
    .filter(([name]) => name.startsWith('throttled '))
    .reduce((sum, [, count]) => sum + count, 0);
  return {
    ...found,
    quota,
    refused,
    returned: calls['ChangeMessageVisibility'] ?? 0,
    deadLetters: world.queue.deadLetters.length,
  };
}

function assertServed(served: number, connections: number): void {
  if (served !== connections) throw new Error(`${served} of ${connections} had a pass`);
}

/** The schedule every five minutes, for so many minutes. */
export function undersized(
  connections: number,
  workers: number,
  minutes: number,
  processor: ProcessorTime,
): Promise<Undersized> {
  return withVirtualWorld(fleetOf(connections), (world) =>
    deployed(world, { workers, processor }, async ({ functions, ended, pass, every }) => {
      const from = world.now;
      const { oldest, length } = watchQueue(world, every);
      every(intervalMs, () => functions.schedule());
      await pass(minutes * 60_000 - 1);
      const served = [...servedSince(ended, from).values()];
      const spread = spreadOf(served);
      const { calls } = world;
      const done = calls['DeleteMessage'] ?? 0;
      const bySchedule = ended.length - byQueue(ended);
      return {
        connections,
        workers,
        minutes,
        seconds: served.length === connections ? spread.most : Number.NaN,
        unserved: connections - served.length,
        served: spread,
        pass: passSpread(ended),
        calls: callsOfEach(calls, ended.length),
        oldest: thinned(oldest),
        messages: {
          atEnd: world.queue.length,
          most: Math.max(...length.map(([, count]) => count)),
        },
        between: betweenPasses(ended),
        overtaken: rounded(1 - (ended.length - bySchedule) / Math.max(1, done)),
      };
    }),
  );
}

const byQueue = (ended: readonly Ended[]) =>
  ended.filter(({ result }) => result.kind === 'done' && result.report.trigger === 'queue').length;

function betweenPasses(ended: readonly Ended[]): Spread {
  const last = new Map<string, number>();
  const gaps: number[] = [];
  for (const { at, result } of ended) {
    if (result.kind !== 'done') continue;
    const { connection } = result.report;
    const before = last.get(connection);
    if (before !== undefined) gaps.push((at - before) / 1000);
    last.set(connection, at);
  }
  return spreadOf(gaps);
}
