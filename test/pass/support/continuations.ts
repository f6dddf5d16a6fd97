import { expect } from '@jest/globals';
import { quietObservability } from '../../../functions/runtime/observability.ts';
import { createQueued } from '../../../functions/queued.ts';
import { lambdaContext } from '../../../demo/world/lambda-context.ts';
import type { PassReport } from '../../../lib/model/ledger.types.ts';
import type { SqsHandler } from '../../../lib/local/aws/sqs/pump.ts';
import { enqueue } from '../../../lib/local/aws/sqs/queue.ts';
import { anotherProcess } from '../../support/another-process.ts';
import { connection, serverIds, startWorld, type TestWorld } from '../../support/world.ts';

/** By the clock, a PUT takes six seconds: a function makes fewer than fifty, and others go on. */
const putMs = 6000;
const functionMs = 300_000;

/**
 * So many approved changes are made by continuations, each once, and each function ends in time: expects all of that.
 */
export async function madeByContinuations(count: number): Promise<void> {
  const world = await startWorld({}, { sqliteLedger: true });
  try {
    await makeAll(world, count);
  } finally {
    await world.close();
  }
}

/** The function of the queue, which has five minutes by the world's clock, and the report of each invocation. */
export function queuedFunction(world: TestWorld) {
  // Renewals wait in real time, in which a function takes no time at all: its lease outlasts it without them.
  const settings = { ...world.deps.settings, leaseMs: 2 * functionMs, renewMs: functionMs };
  const deps = { ...anotherProcess(world), settings };
  const handle = createQueued(() => deps, quietObservability());
  const reports: PassReport[] = [];
  const handler: SqsHandler = async (event) => {
    const end = world.clock.now() + functionMs;
    const context = lambdaContext('trueup-queued', () => Math.max(0, end - world.clock.now()));
    const { batchItemFailures } = await handle(event, context);
    expect(world.clock.now()).toBeLessThan(end);
    const report = await deps.ledger.lastReport(connection);
    if (report) reports.push(report);
    return { batchItemFailures };
  };
  return { handler, reports };
}

async function makeAll(world: TestWorld, count: number): Promise<void> {
  const ids = serverIds(count);
  await world.declareConnection();
  for (const id of ids) world.barndoor.add({ id, name: `Old ${id}`, slug: `s-${id}` });
  await world.declare(...ids.map((id) => ({ id, spec: { name: `New ${id}` } })));
  const change = (server: Record<string, unknown>) => {
    world.clock.advance(putMs);
    return server;
  };
  world.barndoor.misbehave({ effect: { kind: 'normalise', change } });

  const held = await world.pass();
  expect(held.counts.held).toBe(count);
  const digest = held.held ?? '';
  const at = new Date(world.clock.now()).toISOString();
  await world.deps.ledger.approve(connection, { digest, at });

  const { handler, reports } = queuedFunction(world);
  const MessageBody = JSON.stringify({ version: 1, connection, reason: 'stream', dueAt: at });
  enqueue(world.sqs.queue(world.queueUrl), world.clock.now(), { MessageBody });
  const { failures } = await world.sqs.pump(world.queueUrl, handler, { limit: 50 });

  expect(failures).toEqual([]);
  const states = reports.map(({ state }) => state);
  expect(states.at(-1)).toBe('ok');
  expect(new Set(states.slice(0, -1))).toEqual(new Set(['interrupted']));
  expect(states.length).toBeGreaterThan((count * putMs) / functionMs);
  const puts = world.barndoor.requests.filter(({ method }) => method === 'PUT');
  expect(puts).toHaveLength(count);
  expect(new Set(puts.map(({ path }) => path)).size).toBe(count);
  expect(world.barndoor.servers.every(({ id, name }) => name === `New ${id}`)).toBe(true);
  expect((await world.pass()).counts.inSync).toBe(count);
}
