import type { Outage } from '../results.types.ts';
import { rounded, thinned } from '../spread.ts';
import type { ProcessorTime } from '../virtual/process.ts';
import { deployed, withVirtualWorld } from '../virtual/run.ts';
import { fleetOf, forever, intervalMs, servedSince, watchQueue } from './sweep.ts';

/** The first ones are the scheduled function's own, and have no message. */
const inlineShare = 20;

/**
 * The queue's function does not run for so many minutes, as when the account has no concurrency left; the schedule's does,
 * and adds a message for each connection every five minutes. Then all is as before.
 */
export function outage(
  connections: number,
  workers: number,
  minutes: number,
  processor: ProcessorTime,
): Promise<Outage> {
  return withVirtualWorld(fleetOf(connections), (world) =>
    deployed(world, { workers, processor }, async ({ functions, ended, pass, every }) => {
      functions.isQueueServed = false;
      const { oldest, length } = watchQueue(world, every);
      every(intervalMs, () => functions.schedule());
      await pass(minutes * 60_000 - 1);
      const messages = world.queue.length;
      const [from, before] = [world.now, ended.length];
      functions.resume();
      // Messages of ticks since then are not of the backlog.
      await pass(forever, () => world.queue.oldestMs < world.now - from);
      const goneSeconds = rounded((world.now - from) / 1000);
      const done = world.calls['DeleteMessage'] ?? 0;
      const passes = ended.length - before;
      const served = servedSince(ended, from);
      const beyond = fleetOf(connections).slice(inlineShare);
      const left = beyond.filter(({ name }) => !served.has(name));
      if (left.length > 0) throw new Error(`${left.length} connections had no pass`);
      return {
        connections,
        workers,
        minutes,
        messages,
        servedSeconds: Math.max(...served.values()),
        goneSeconds,
        overtaken: rounded(1 - passes / done),
        queue: thinned(length),
        oldest: thinned(oldest),
      };
    }),
  );
}
