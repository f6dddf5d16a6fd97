import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { enqueue } from '../../lib/local/aws/sqs/queue.ts';
import { bearer, connection, serverIds, startWorld, type TestWorld } from '../support/world.ts';
import { queuedFunction } from './support/continuations.ts';

const ids = serverIds(30);
let world: TestWorld;
/** By the clock, what a page of the list takes, and a PUT. */
let [listMs, putMs] = [0, 0];

beforeEach(async () => {
  [listMs, putMs] = [0, 0];
  const tokens = (token: string) => {
    const { method = '', query = {} } = world.barndoor.requests.at(-1) ?? {};
    world.clock.advance(method === 'PUT' ? putMs : 'page' in query ? listMs : 0);
    return token === bearer;
  };
  world = await startWorld({ tokens }, { sqliteLedger: true });
  await world.declareConnection({
    policy: { mode: 'correct', limits: { updates: '100%' } },
    budget: { requestsPerMinute: 60_000, concurrency: 1 },
  });
  for (const id of ids) world.barndoor.add({ id, name: `Old ${id}`, slug: `s-${id}` });
  await world.declare(...ids.map((id) => ({ id, spec: { name: `New ${id}` } })));
});

afterEach(async () => {
  await world.close();
});

const ask = () => {
  const dueAt = new Date(world.clock.now()).toISOString();
  const MessageBody = JSON.stringify({ version: 1, connection, reason: 'share', dueAt });
  enqueue(world.sqs.queue(world.queueUrl), world.clock.now(), { MessageBody });
};

test('a list that outlasts an invocation is tried by one continuation, then it waits for the schedule', async () => {
  listMs = 280_000;
  const { handler, reports } = queuedFunction(world);
  ask();
  const pumped = await world.sqs.pump(world.queueUrl, handler, { limit: 20 });
  expect(pumped).toEqual({ delivered: 2, failures: [] });
  expect(reports.map(({ reason }) => reason?.code)).toEqual(['deadline', 'no-progress']);
  expect(reports[1]).toMatchObject({
    state: 'interrupted',
    reason: { message: expect.stringContaining('waits for the schedule') as unknown },
  });
  expect(world.barndoor.counts.put).toBe(0);

  listMs = 0;
  expect((await world.pass()).counts.updated).toBe(30);
});

test('continuations that record a server each go on, more than sixteen in a row, and count their hops', async () => {
  // The list takes all but a PUT's time.
  [listMs, putMs] = [260_000, 20_000];
  const { handler, reports } = queuedFunction(world);
  ask();
  const hops: unknown[] = [];
  await world.sqs.pump(
    world.queueUrl,
    (event) => {
      hops.push((JSON.parse(event.Records[0]?.body ?? '') as { hops?: number }).hops);
      return handler(event);
    },
    { limit: 100 },
  );
  expect(reports.at(-1)?.state).toBe('ok');
  expect(reports.length).toBeGreaterThan(17);
  expect(world.barndoor.servers.every(({ id, name }) => name === `New ${id}`)).toBe(true);
  expect(hops).toEqual(reports.map((_, index) => (index === 0 ? undefined : index)));
});
