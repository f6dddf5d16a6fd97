import { setTimeout as sleep } from 'node:timers/promises';
import scheduledEvent from '../../../events/scheduled.json' with { type: 'json' };
import { startEmbeddedWorld, type EmbeddedWorld } from '../../../demo/world/embedded-world.ts';
import { lambdaContext } from '../../../demo/world/lambda-context.ts';
import { quietObservability } from '../../../functions/runtime/observability.ts';
import type { Seen } from '../../../functions/runtime/run-pass.ts';
import { createQueued } from '../../../functions/queued.ts';
import { createScheduled } from '../../../functions/scheduled.ts';
import { startBarndoor } from '../../../lib/local/gateways/barndoor/simulator.ts';
import { secretsManagerClient } from '../../../lib/secrets/secrets-manager/client.ts';
import { toItem } from '../../../lib/table/dynamodb/attribute-values.ts';
import { dynamoDbClient } from '../../../lib/table/dynamodb/client.ts';
import { wire } from '../../../lib/wiring.ts';
import { chanceOf } from '../../../proof/simulation/chance.ts';
import { vendorServer } from '../../world/fleet.ts';
import { silentLog } from '../../world/log.ts';
import {
  connectionRow,
  parsedConnection,
  seedItems,
  writeItems,
  writeSecrets,
} from '../../world/seed.ts';
import { latencyOf } from '../latencies.ts';
import type { Calls, Embedded } from '../results.types.ts';
import { rounded } from '../spread.ts';
import type { ProcessorTime } from '../virtual/process.ts';
import { deployed, withVirtualWorld } from '../virtual/run.ts';
import { callsOfEach, fleetOf, forever, servedSince } from './sweep.ts';

const servers = 20;
/** One, so that the two worlds in this process wait for its processor as little as they can. */
const connectionsAtOnce = 1;
const context = (name: string) => lambdaContext(`trueup-${name}`, () => 300_000);

/**
 * A sweep on the embedded world: the SDK, HTTP, DynamoDB, SQS, Secrets Manager and gateways on loopback, each call as long as
 * in virtual time, and waited for. Then the same in virtual time, by processes that are as fast as this one.
 */
export async function embedded(
  connections: number,
  workers: number,
  processor: ProcessorTime,
): Promise<Embedded> {
  const real = await realSweep(connections, workers);
  const virtual = await withVirtualWorld(fleetOf(connections), (world) =>
    deployed(
      world,
      { workers, processor, isLambda: false, connectionsAtOnce },
      async ({ functions, ended, pass }) => {
        const from = world.now;
        functions.schedule();
        await pass(forever, () => functions.running === 0 && world.queue.length === 0);
        const seconds = Math.max(...servedSince(ended, from).values());
        return { seconds, calls: callsOfEach(world.calls, connections) };
      },
    ),
  );
  return {
    connections,
    workers,
    seconds: rounded(real.seconds),
    virtualSeconds: rounded(virtual.seconds),
    calls: real.calls,
    virtualCalls: virtual.calls,
  };
}

async function realSweep(connections: number, workers: number) {
  await using closing = new AsyncDisposableStack();
  const { next: random } = chanceOf(1, 'latency');
  const late = { isOn: false };
  const intercept = (operation: string) =>
    late.isOn ? { delayMs: latencyOf(operation, random) } : undefined;
  const world = await startEmbeddedWorld({
    barndoor: { servers: [] },
    dynamodb: { intercept },
    secretsManager: { intercept },
    sqs: { intercept },
    eventBridge: { intercept },
  });
  closing.defer(() => world.close());
  const gateways = await Promise.all(
    fleetOf(connections).map(async ({ name }) => {
      const simulator = await startBarndoor({
        latencyMs: latencyOf('list', random),
        readMeta: true,
        servers: Array.from({ length: servers }, (_, index) => vendorServer(name, index)),
      });
      closing.defer(() => simulator.close());
      return { name, simulator };
    }),
  );
  const hosts = gateways.map(({ simulator }) => `barndoor=${new URL(simulator.url).host}`);
  const settings = { ...world.settings, allowedHosts: hosts.join(',') };
  const wired = () => wire(settings, silentLog, { endpoints: world.endpoints });
  // oxlint-disable-next-line no-await-in-loop -- a preparation
  for (const { name, simulator } of gateways) await seed(world, name, simulator.url, wired());
  let passes = 0;
  const seen: Seen = ({ kind }) => void (passes += Number(kind === 'done'));
  const quiet = quietObservability();
  const scheduled = createScheduled(
    () => ({ deps: wired(), connectionsAtOnce, inlineShare: 20 }),
    quiet,
    seen,
  );
  clear(world);
  late.isOn = true;
  const start = performance.now();
  const inline = scheduled(scheduledEvent, context('scheduled'));
  const serve = async () => {
    const deps = wired();
    const queued = createQueued(() => deps, quiet, seen);
    while (passes < connections) {
      // oxlint-disable-next-line no-await-in-loop -- one message after the other
      const { delivered } = await world.sqs.pump(world.queueUrl, async (event) => {
        await sleep(latencyOf('ReceiveMessage', random));
        return queued(event, context('queued'));
      });
      // oxlint-disable-next-line no-await-in-loop
      if (delivered === 0) await sleep(10);
    }
  };
  await Promise.all([inline, ...Array.from({ length: workers }, serve)]);
  const seconds = (performance.now() - start) / 1000;
  const list = gateways.reduce((sum, { simulator }) => sum + simulator.counts.list, 0);
  const calls = {
    ...world.dynamodb.calls,
    ...world.secretsManager.calls,
    ...world.sqs.calls,
    list,
  };
  return { seconds, calls: callsOfEach(calls, connections) satisfies Calls };
}

function clear({ dynamodb, secretsManager, sqs }: EmbeddedWorld): void {
  for (const { calls } of [dynamodb, secretsManager, sqs]) {
    for (const name of Object.keys(calls)) delete calls[name];
  }
}

async function seed(
  { endpoints }: EmbeddedWorld,
  name: string,
  url: string,
  { providers, keys }: ReturnType<typeof wire>,
): Promise<void> {
  const provider = providers.get('barndoor');
  if (!provider) throw new Error('there is no provider barndoor');
  const at = new Date().toISOString();
  const connection = parsedConnection(name, url, providers);
  const items = seedItems(connection, servers, provider, await keys(), at);
  const row = toItem(connectionRow(name, url));
  const dynamodb = dynamoDbClient(endpoints.dynamodb);
  const secrets = secretsManagerClient(endpoints.secretsManager);
  await writeItems(dynamodb, 'Desired', [row, ...items.desired]);
  await writeItems(dynamodb, 'Ledger', items.ledger);
  await writeSecrets(secrets, name, servers);
  dynamodb.destroy();
  secrets.destroy();
}
