import type { Down } from '../results.types.ts';
import { rounded, spreadOf } from '../spread.ts';
import type { Down as How } from '../virtual/gateway.ts';
import type { ProcessorTime } from '../virtual/process.ts';
import { deployed, withVirtualWorld } from '../virtual/run.ts';
import { fleetOf, intervalMs, servedSince } from './sweep.ts';

type Case = Down['cases'][number];

/** Gateways of some connections are down for two ticks of the schedule: what that does to the others. */
export function down(
  connections: number,
  workers: number,
  cases: readonly (readonly [down: number, how: How | 'none'])[],
  processor: ProcessorTime,
): Promise<Down> {
  const fleet = fleetOf(connections);
  const runCase = ([count, how]: readonly [number, How | 'none']): Promise<Case> =>
    // A world of its own: what is down waits longer each time.
    withVirtualWorld(fleet, (world) =>
      deployed(world, { workers, processor }, async ({ functions, ended, pass, every }) => {
        const from = world.now;
        // All over the fleet: the first are the scheduled function's own.
        const step = Math.floor(connections / Math.max(1, count));
        const out = new Set(
          fleet
            .filter((_, index) => index % step === step - 1)
            .slice(0, count)
            .map(({ name }) => name),
        );
        if (how !== 'none') for (const name of out) world.gateway.down.set(name, how);
        every(intervalMs, () => functions.schedule());
        await pass(2 * intervalMs - 1);
        const others = (since: number) => {
          const served = servedSince(ended, since);
          return fleet
            .filter(({ name }) => !out.has(name))
            .map(({ name }) => served.get(name) ?? Number.POSITIVE_INFINITY);
        };
        const spent = ended.reduce(
          (sum, { result }) =>
            result.kind === 'done' && out.has(result.report.connection)
              ? sum + result.report.durationMs
              : sum,
          0,
        );
        return {
          down: count,
          how,
          first: spreadOf(others(from)),
          second: spreadOf(others(from + intervalMs)),
          spent: rounded(spent / 1000),
        };
      }),
    );
  return inTurn(cases, runCase).then((found) => ({ connections, workers, cases: found }));
}

async function inTurn<T, R>(list: readonly T[], run: (one: T) => Promise<R>): Promise<R[]> {
  const found: R[] = [];
  // oxlint-disable-next-line no-await-in-loop -- each takes the timers of the process
  for (const one of list) found.push(await run(one));
  return found;
}
