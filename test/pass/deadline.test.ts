import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { quietObservability } from '../../functions/runtime/observability.ts';
import { createQueued } from '../../functions/queued.ts';
import { lambdaContext } from '../../demo/world/lambda-context.ts';
import type { SqsHandler } from '../../lib/local/aws/sqs/pump.ts';
import { enqueue } from '../../lib/local/aws/sqs/queue.ts';
import { shortTimes, withTimes } from '../support/short-times.ts';
import { connection, serverIds, startWorld } from '../support/world.ts';
import type { TestWorld } from '../support/world.ts';

const ids = serverIds(1000);
/** Functions of eight seconds, of which they keep two for the end: long enough for a busy machine, three of them make it. */
const functionMs = 8000;

let world: TestWorld;

beforeEach(async () => {
  world = await startWorld();
  await world.declareConnection();
  for (const id of ids) world.barndoor.add({ id, name: `Old ${id}`, slug: `s-${id}` });
  for (let from = 0; from < ids.length; from += 50) {
    const some = ids.slice(from, from + 50);
    await world.declare(...some.map((id) => ({ id, spec: { name: `New ${id}` } })));
  }
}, 30_000);

afterEach(async () => {
  await world.close();
});

test('1,000 approved changes are made by continuations, each once', async () => {
  const held = await world.pass();
  expect(held.counts.held).toBe(1000);
  const digest = held.held ?? '';
  const at = new Date(world.clock.now()).toISOString();
  await world.deps.ledger.approve(connection, { digest, at });

  const deps = withTimes(world.deps, world.settings.allowedHosts, 'function', {
    ...shortTimes,
    leaseMs: 10_000,
    attemptMs: 500,
  });
  const handle = createQueued(() => deps, quietObservability());
  const states: unknown[] = [];
  const handler: SqsHandler = async (event) => {
    const end = performance.now() + functionMs;
    const context = lambdaContext('trueup-queued', () => Math.max(0, end - performance.now()));
    const { batchItemFailures } = await handle(event, context);
    expect(performance.now()).toBeLessThan(end);
    const report = await deps.ledger.lastReport(connection);
    states.push(report?.state);
    return { batchItemFailures };
  };
  const MessageBody = JSON.stringify({ version: 1, connection, reason: 'stream', dueAt: at });
  enqueue(world.sqs.queue(world.queueUrl), world.clock.now(), { MessageBody });
  const { failures } = await world.sqs.pump(world.queueUrl, handler, { limit: 50 });

  expect(failures).toEqual([]);
  expect(states.length).toBeGreaterThan(1);
  expect(states.slice(0, -1).every((state) => state === 'interrupted')).toBe(true);
  expect(states.at(-1)).toBe('ok');
  const puts = world.barndoor.requests.filter(({ method }) => method === 'PUT');
  expect(puts).toHaveLength(1000);
  expect(new Set(puts.map(({ path }) => path)).size).toBe(1000);
  expect(world.barndoor.servers.every(({ id, name }) => name === `New ${id}`)).toBe(true);
  expect((await world.pass()).counts.inSync).toBe(1000);
}, 60_000);
