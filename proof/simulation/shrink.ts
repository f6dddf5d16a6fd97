import type { Invariant } from './events.types.ts';
import { run } from './run.ts';
import type { RunResult } from './run.ts';
import type { Scenario } from './scenario.types.ts';

/** So many runs may it take to make a scenario small. */
const runsAtMost = 300;

interface Shrunk {
  readonly scenario: Scenario;
  readonly result: RunResult;
}

/**
 * The smallest scenario found that still violates the invariant: without what of its faults, actions and servers it can
 * do without. Each try is a run of its own, from the beginning.
 */
export async function shrink(scenario: Scenario, invariant: Invariant): Promise<Shrunk> {
  let best: Shrunk = { scenario, result: await run(scenario) };
  let runs = 0;
  const attempt = async (smaller: Scenario): Promise<boolean> => {
    if (runs >= runsAtMost) return false;
    runs += 1;
    const result = await run(smaller);
    if (!result.violations.some((one) => one.invariant === invariant)) return false;
    best = { scenario: smaller, result };
    return true;
  };
  const without = async <T>(
    list: (from: Scenario) => readonly T[],
    replaced: (from: Scenario, left: readonly T[]) => Scenario,
  ): Promise<boolean> => {
    let isSmaller = false;
    for (
      let size = Math.ceil(list(best.scenario).length / 2);
      size >= 1;
      size = size === 1 ? 0 : Math.ceil(size / 2)
    ) {
      for (let at = 0; at < list(best.scenario).length;) {
        const all = list(best.scenario);
        const left = [...all.slice(0, at), ...all.slice(at + size)];
        // oxlint-disable-next-line no-await-in-loop -- each try goes on from the one before
        if (await attempt(replaced(best.scenario, left))) isSmaller = true;
        else at += size;
      }
    }
    return isSmaller;
  };
  for (let isSmaller = true; isSmaller && runs < runsAtMost;) {
    // oxlint-disable-next-line no-await-in-loop
    const faults = await without(
      (from) => from.faults,
      (from, left) => ({ ...from, faults: left }),
    );
    // oxlint-disable-next-line no-await-in-loop
    const actions = await without(
      (from) => from.actions,
      (from, left) => ({ ...from, actions: left }),
    );
    // oxlint-disable-next-line no-await-in-loop
    const servers = await without(serversOf, withServers);
    isSmaller = faults || actions || servers;
  }
  return best;
}

const serversOf = ({ connections }: Scenario): readonly string[] =>
  connections.flatMap(({ name, servers }) => servers.map(({ id }) => `${name} ${id}`));

/** A connection of which no server is left is gone too. */
function withServers(scenario: Scenario, left: readonly string[]): Scenario {
  const kept = new Set(left);
  const connections = scenario.connections.flatMap((connection) => {
    const servers = connection.servers.filter(({ id }) => kept.has(`${connection.name} ${id}`));
    return servers.length === 0 ? [] : [{ ...connection, servers }];
  });
  const names = new Set(connections.map(({ name }) => name));
  const actions = scenario.actions.filter(
    (action) => !('connection' in action) || names.has(action.connection),
  );
  return { ...scenario, connections, actions };
}
