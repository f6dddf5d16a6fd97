import type { Down } from '../results.types.ts';
import { rounded, spreadOf } from '../spread.ts';
import type { Down as How } from '../virtual/gateway.ts';
import type { ProcessorTime } from '../virtual/process.ts';
import { deployed, withVirtualWorld, type Ended } from '../virtual/run.ts';
import { fleetOf, forever, intervalMs, servedSince } from './sweep.ts';

type Case = Down['cases'][number];

/** Gateways of some connections are down while the schedule goes on: what that does to the others. */
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
        const others = connections - out.size;
        if (how !== 'none') for (const name of out) world.gateway.down.set(name, how);
        every(intervalMs, () => functions.schedule());
        await pass(2 * intervalMs - 1);
        const isServed = () => servedOthers(ended, out, from + intervalMs).length === others;
        // oxlint-disable-next-line no-await-in-loop -- virtual time goes on
        while (!isServed() && world.now < from + forever) await pass(10_000);
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
          first: spreadOf(servedOthers(ended, out, from)),
          second: spreadOf(servedOthers(ended, out, from + intervalMs)),
          spent: rounded(spent / 1000),
        };
      }),
    );
  return inTurn(cases, runCase).then((found) => ({ connections, workers, cases: found }));
}

/** How long those that are not down waited for their first full pass since then, in seconds. */
function servedOthers(ended: readonly Ended[], out: ReadonlySet<string>, since: number): number[] {
  return [...servedSince(ended, since)].flatMap(([name, waited]) => (out.has(name) ? [] : waited));
}

async function inTurn<T, R>(list: readonly T[], run: (one: T) => Promise<R>): Promise<R[]> {
  const found: R[] = [];
  // oxlint-disable-next-line no-await-in-loop -- each takes the timers of the process
  for (const one of list) found.push(await run(one));
  return found;
}
