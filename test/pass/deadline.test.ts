import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { quietObservability } from '../../functions/runtime/observability.ts';
import { createQueued } from '../../functions/queued.ts';
import { lambdaContext } from '../../demo/world/lambda-context.ts';
import type { SqsHandler } from '../../lib/local/aws/sqs/pump.ts';
import { enqueue } from '../../lib/local/aws/sqs/queue.ts';
import { anotherProcess } from '../support/another-process.ts';
import { connection, serverIds, startWorld } from '../support/world.ts';
import type { TestWorld } from '../support/world.ts';

const ids = serverIds(100);
/** By the clock, a PUT takes six seconds: a function makes fewer than fifty, and others go on. */
const putMs = 6000;
const functionMs = 300_000;

let world: TestWorld;

beforeEach(async () => {
  world = await startWorld();
  await world.declareConnection();
  for (const id of ids) world.barndoor.add({ id, name: `Old ${id}`, slug: `s-${id}` });
  await world.declare(...ids.map((id) => ({ id, spec: { name: `New ${id}` } })));
  const change = (server: Record<string, unknown>) => {
    world.clock.advance(putMs);
    return server;
  };
  world.barndoor.misbehave({ effect: { kind: 'normalise', change } });
});

afterEach(async () => {
  await world.close();
});

test('100 approved changes are made by continuations, each once, and each function ends in time', async () => {
  const held = await world.pass();
  expect(held.counts.held).toBe(100);
  const digest = held.held ?? '';
  const at = new Date(world.clock.now()).toISOString();
  await world.deps.ledger.approve(connection, { digest, at });

  // Renewals wait in real time, in which a function takes no time at all: its lease outlasts it without them.
  const settings = { ...world.deps.settings, leaseMs: 2 * functionMs, renewMs: functionMs };
  const deps = { ...anotherProcess(world), settings };
  const handle = createQueued(() => deps, quietObservability());
  const states: unknown[] = [];
  const handler: SqsHandler = async (event) => {
    const end = world.clock.now() + functionMs;
    const context = lambdaContext('trueup-queued', () => Math.max(0, end - world.clock.now()));
    const { batchItemFailures } = await handle(event, context);
    expect(world.clock.now()).toBeLessThan(end);
    const report = await deps.ledger.lastReport(connection);
    states.push(report?.state);
    return { batchItemFailures };
  };
  const MessageBody = JSON.stringify({ version: 1, connection, reason: 'stream', dueAt: at });
  enqueue(world.sqs.queue(world.queueUrl), world.clock.now(), { MessageBody });
  const { failures } = await world.sqs.pump(world.queueUrl, handler, { limit: 50 });

  expect(failures).toEqual([]);
  expect(states).toEqual(['interrupted', 'interrupted', 'ok']);
  const puts = world.barndoor.requests.filter(({ method }) => method === 'PUT');
  expect(puts).toHaveLength(100);
  expect(new Set(puts.map(({ path }) => path)).size).toBe(100);
  expect(world.barndoor.servers.every(({ id, name }) => name === `New ${id}`)).toBe(true);
  expect((await world.pass()).counts.inSync).toBe(100);
});
