import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { Intercept } from '../../lib/local/aws/aws-json.ts';
import { serverIds } from '../support/world.ts';
import { startTriggers } from './trigger-world.ts';
import type { TriggerWorld } from './trigger-world.ts';

const [b = ''] = serverIds(1);
const denied = { status: 400, body: { __type: 'AccessDeniedException', message: 'not for you' } };

let world: TriggerWorld;
let sqs: Intercept;

beforeEach(async () => {
  sqs = () => undefined;
  world = await startTriggers({ sqs: { intercept: (operation, body) => sqs(operation, body) } });
  await world.declareConnection();
  world.barndoor.add({ id: b, name: 'Old b', slug: 'b' });
  await world.declare({ id: b, spec: { name: 'New b' } });
});

afterEach(async () => {
  await world.close();
});

describe('retries', () => {
  test('a server that waits is tried when it is due, and not a second before', async () => {
    const end = world.barndoor.misbehave({
      method: 'PUT',
      id: b,
      effect: { kind: 'status', status: 503 },
    });
    await world.pass();
    expect(world.messages()).toMatchObject([{ servers: [b], reason: 'retry', delay: 61 }]);
    // a pass in between sends no second message, and makes no attempt
    world.clock.advance(30_000);
    await world.pass();
    expect(world.messages()).toHaveLength(1);
    expect((await world.pump()).delivered).toBe(0);
    end();
    world.clock.advance(31_000);
    expect(await world.pump()).toEqual({ delivered: 1, failures: [] });
    expect(world.barndoor.find(b).name).toBe('New b');
    expect(world.messages()).toEqual([]);
  });

  test('that go on failing are sent until they are more than 15 minutes away', async () => {
    world.barndoor.misbehave({ method: 'PUT', id: b, effect: { kind: 'status', status: 503 } });
    await world.pass();
    const delays: number[] = [];
    for (let next = world.messages()[0]; next; next = world.messages()[0]) {
      delays.push(next.delay);
      world.clock.advance(next.delay * 1000);
      await world.pump();
    }
    expect(delays).toEqual([61, 121, 241, 481]);
  });

  test('a queue that fails never fails a pass', async () => {
    world.barndoor.misbehave({ method: 'PUT', id: b, effect: { kind: 'status', status: 503 } });
    sqs = () => denied;
    expect((await world.pass()).counts.waiting).toBe(1);
    const lines = world.log.lines.filter(({ message }) => message === 'retries not sent');
    expect(lines).toMatchObject([{ level: 'error' }]);
  });
});
