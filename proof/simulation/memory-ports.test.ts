import { desiredContract } from '../../test/desired/desired-contract.ts';
import type { JsonObject } from '../../lib/model/json/json.types.ts';
import { portsOf } from './ports.ts';
import { World } from './world.ts';

// The simulation's Desired does what the real one does, or its results say nothing of it.

desiredContract('Desired in memory', async () => {
  const world = new World({
    seed: 1,
    connections: [],
    actions: [],
    faults: [],
    clocks: [0],
    timeLimit: 60_000,
  });
  let isOpen = true;
  const time = (async () => {
    while (isOpen) await world.scheduler.run(world.now + 1000);
  })();
  const { desired } = portsOf(world, world.newProcess('test'));
  return {
    desired,
    put: async (connection, item, value) =>
      world.desired.put(world.now, connection, item, value as JsonObject),
    close: async () => {
      isOpen = false;
      await time;
    },
  };
});
