import type { SQSRecord } from 'aws-lambda';
import { lambdaContext } from '../../../demo/world/lambda-context.ts';
import { createQueued } from '../../../functions/queued.ts';
import { quietObservability } from '../../../functions/runtime/observability.ts';
import { medianOf } from '../../harness/alternate.ts';
import { startBenchWorld, type BenchWorld } from '../../world/world.ts';
import type { Processor } from '../results.types.ts';

/** Rounds of passes: the first ones only warm. */
const warming = 2;
const sizes = [
  { servers: 20, connections: 20, rounds: 7 },
  { servers: 1_000, connections: 1, rounds: 5 },
] as const;

type Size = (typeof sizes)[number];

/**
 * Processor time of the queue's function for a pass in sync, which has made others before. Tables, secrets and gateways are
 * other processes; the SDK and the HTTP client are in it.
 */
export async function processor(): Promise<Processor> {
  const world = await startBenchWorld({ latencyMs: 0 });
  try {
    const small = await passMs(world, sizes[0]);
    const large = await passMs(world, sizes[1]);
    const server = Math.max(0, (large - small) / (sizes[1].servers - sizes[0].servers));
    return { of20: small, server, pass: Math.max(0, small - sizes[0].servers * server) };
  } finally {
    await world.close();
  }
}

async function passMs(world: BenchWorld, { servers, connections, rounds }: Size): Promise<number> {
  const names = Array.from({ length: connections }, (_, index) => `cpu-${servers}-${index}`);
  // oxlint-disable-next-line no-await-in-loop -- a preparation
  for (const name of names) await world.connect(name, servers);
  let made = 0;
  const deps = world.wired();
  const queued = createQueued(
    () => deps,
    quietObservability(),
    () => (made += 1),
  );
  const round = async () => {
    const before = process.cpuUsage();
    for (const connection of names) {
      const dueAt = new Date().toISOString();
      const body = JSON.stringify({ version: 1, connection, reason: 'share', dueAt });
      const record = { messageId: connection, body } as SQSRecord;
      // oxlint-disable-next-line no-await-in-loop -- one at a time, as a function does
      await queued(
        { Records: [record] },
        lambdaContext('trueup-queued', () => 300_000),
      );
    }
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1000 / connections;
  };
  const taken: number[] = [];
  // oxlint-disable-next-line no-await-in-loop
  for (let count = 0; count < warming + rounds; count += 1) taken.push(await round());
  if (made !== (warming + rounds) * connections) throw new Error(`${made} passes were made`);
  return medianOf(taken.slice(warming));
}
