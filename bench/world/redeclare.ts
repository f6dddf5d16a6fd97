import { toItem } from '../../lib/table/dynamodb/attribute-values.ts';
import { dynamoDbClient } from '../../lib/table/dynamodb/client.ts';
import type { FleetServer } from './fleet.ts';
import { writeItems } from './seed.ts';
import type { BenchWorld } from './world.ts';

/** Changes rows of Desired, without a call that is measured. */
export async function redeclare(
  world: BenchWorld,
  connection: string,
  servers: readonly FleetServer[],
  generation: number,
): Promise<void> {
  const client = dynamoDbClient(world.endpoints.dynamodb);
  const rows = servers.map(({ id, label, spec }) =>
    toItem({ connection, item: `server#${id}`, label, spec, generation }),
  );
  await writeItems(client, world.settings().desiredTable, rows);
  client.destroy();
}
