import { randomUUID } from 'node:crypto';
import type { DynamoDBRecord } from 'aws-lambda';
import { logOf, quietObservability } from '../functions/runtime/observability.ts';
import { systemClock, wire } from '../lib/wiring.ts';
import type { Clock } from '../lib/model/runtime.types.ts';
import type { Dependencies } from '../lib/pass/dependencies.types.ts';
import { enqueue } from '../lib/local/aws/sqs/queue.ts';
import { startEmbeddedWorld } from './world/embedded-world.ts';
import type { EmbeddedWorld } from './world/embedded-world.ts';
import * as fleet from './world/fleet.ts';
import { alloy, barndoor, contextforge, secretTexts, values } from './world/secret-values.ts';
import { serverKey } from '../lib/model/names/server-key.ts';

/** The embedded world with a fleet, and the events that AWS would send to the functions. */
export interface DemoWorld extends EmbeddedWorld {
  /** Dependencies for a new process; each function and the command line has its own. */
  readonly process: () => Dependencies;
  readonly declare: (connection: string, ...servers: readonly fleet.DemoServer[]) => Promise<void>;
  /** Stream records of the rows that were written since they were last taken. */
  readonly takeRecords: () => Promise<readonly DynamoDBRecord[]>;
}

/** Starts the world: rows and secrets as written by users, gateways as configured in their consoles. */
export async function startDemoWorld(clock: Clock = systemClock): Promise<DemoWorld> {
  const records: DynamoDBRecord[] = [];
  let rotated: (detail: object) => void = () => undefined;
  const world = await startEmbeddedWorld({
    clock,
    barndoor: { servers: fleet.liveAtBarndoor },
    alloy: { servers: fleet.liveAtAlloy, tokens: [values.apiKey] },
    contextforge: { servers: fleet.liveAtContextForge, tokens: [values.apiToken] },
    issuer: { clients: { trueup: values.serviceAccount }, audience: 'https://barndoor.ai/' },
    dynamodb: {
      streams: { Desired: async (some) => void records.push(...(some as DynamoDBRecord[])) },
    },
    secretsManager: { onLabelUpdated: (detail) => rotated(detail) },
  });
  const declare: DemoWorld['declare'] = async (connection, ...servers) => {
    for (const { id, ...row } of servers) await world.desired.put(connection, serverKey(id), row);
  };
  for (const [name, text] of Object.entries(secretTexts)) await world.secrets.write(name, text);
  const { desired, issuer } = world;
  await desired.put(barndoor, 'connection', fleet.barndoorRow(world.barndoor.url, issuer.tokenUrl));
  await declare(barndoor, ...Object.values(fleet.barndoorServers));
  await desired.put(alloy, 'connection', fleet.alloyRow(world.alloy.url));
  await declare(alloy, ...Object.values(fleet.alloyServers));
  await desired.put(contextforge, 'connection', fleet.contextforgeRow(world.contextforge.url));
  await declare(contextforge, ...Object.values(fleet.contextforgeServers));
  const takeRecords = async () => {
    await world.dynamodb.streamsIdle();
    return records.splice(0);
  };
  // Records of the initial rows are dropped; the first scheduled pass handles those rows.
  await takeRecords();
  rotated = (detail) => {
    const MessageBody = JSON.stringify(labelUpdated(detail, clock.now()));
    enqueue(world.sqs.queue(world.queueUrl), clock.now(), { MessageBody });
  };
  const { logger } = quietObservability();
  return {
    ...world,
    declare,
    takeRecords,
    process: () => wire(world.settings, logOf(logger), { endpoints: world.endpoints, clock }),
  };
}

/**
 * The message that an EventBridge rule sends to the queue when a staging label moves, as in
 * events/queued-rotation.json.
 */
function labelUpdated(detail: object, now: number): object {
  return {
    version: '0',
    id: randomUUID(),
    'detail-type': 'Secret Label Updated',
    source: 'aws.secretsmanager',
    account: '123456789012',
    time: new Date(now).toISOString(),
    region: 'eu-central-1',
    resources: [],
    detail,
  };
}
