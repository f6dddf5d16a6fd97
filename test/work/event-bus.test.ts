import type { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { eventBridgeClient } from '../../lib/work/clients.ts';
import { eventBus } from '../../lib/work/event-bus.ts';
import type { Intercept } from '../../lib/local/aws/aws-json.ts';
import { startEventBridge, type LocalEventBridge } from '../../lib/local/aws/eventbridge.ts';
import type { TrueupEvent } from '../../lib/work/events.ts';
import { change, report } from '../ledger/records.ts';
import { TestClock } from '../support/test-clock.ts';
import { local } from '../support/aws-world.ts';

interface Put {
  readonly Detail: string;
}

let server: LocalEventBridge;
let client: EventBridgeClient;
let clock: TestClock;
let intercept: Intercept;
/** How many entries each call had. */
let sizes: number[];

beforeEach(async () => {
  intercept = () => undefined;
  sizes = [];
  clock = new TestClock();
  server = await startEventBridge({
    intercept: (operation, body) => {
      sizes.push((body as { Entries: Put[] }).Entries.length);
      return intercept(operation, body);
    },
  });
  client = eventBridgeClient({ ...local, endpoint: server.endpoint, maxAttempts: 2 });
});
afterEach(async () => {
  client.destroy();
  await server.close();
});

const open = (bus?: string) =>
  eventBus({ client, clock, random: () => 0, ...(bus !== undefined && { bus }) });
const updated = (id: string): TrueupEvent => ({
  type: 'Server Updated',
  connection: 'acme',
  change: change(id),
});
const servers = () => server.events.map(({ detail }) => detail['server']);

describe('the bus', () => {
  test('gets events ten at a time, in order, from trueup', async () => {
    await open('ops').announce(Array.from({ length: 23 }, (_, n) => updated(`s-${n}`)));
    expect(sizes).toEqual([10, 10, 3]);
    expect(servers()).toEqual(Array.from({ length: 23 }, (_, n) => `s-${n}`));
    expect(server.events[0]).toMatchObject({
      bus: 'ops',
      source: 'trueup',
      'detail-type': 'Server Updated',
    });
  });

  test('is the default one unless told, and is not called for nothing', async () => {
    await open().announce([]);
    expect(sizes).toEqual([]);
    await open().announce([{ type: 'Pass Completed', report: report() }]);
    expect(server.events[0]).toMatchObject({ bus: 'default', 'detail-type': 'Pass Completed' });
  });

  test('gets again, and only, the entries that it did not take', async () => {
    const answers = [
      {
        status: 200,
        body: {
          FailedEntryCount: 1,
          Entries: [{ EventId: '1' }, { ErrorCode: 'ThrottlingException' }],
        },
      },
    ];
    intercept = () => answers.shift();
    await open().announce([updated('a'), updated('b')]);
    expect(servers()).toEqual(['b']);
    expect(clock.slept).toEqual([100]);
  });

  test('that keeps refusing is a StoreError, after all batches were tried', async () => {
    let failing = true;
    intercept = (_operation, body) => {
      const { Entries } = body as { Entries: Put[] };
      failing = failing && Entries.length === 10;
      if (!failing) return undefined;
      const failed = Entries.map(() => ({ ErrorCode: 'InternalFailure' }));
      return { status: 200, body: { FailedEntryCount: 10, Entries: failed } };
    };
    const announced = open().announce(Array.from({ length: 11 }, (_, n) => updated(`s-${n}`)));
    await expect(announced).rejects.toMatchObject({ code: 'store-incomplete' });
    expect(servers()).toEqual(['s-10']);
  });

  test('that denies is a StoreError', async () => {
    intercept = () => ({ status: 400, body: { __type: 'AccessDeniedException', message: 'no' } });
    await expect(open().announce([updated('a')])).rejects.toMatchObject({ code: 'store-denied' });
  });

  test('gets no call above 256 KB', async () => {
    const field = change('a').fields[0];
    if (!field) throw new Error('no field');
    const fields = Array.from({ length: 700 }, () => field);
    const large: TrueupEvent = {
      type: 'Server Updated',
      connection: 'acme',
      change: { ...change('a'), fields },
    };
    await open().announce(Array.from({ length: 9 }, () => large));
    expect(server.events).toHaveLength(9);
    expect(sizes.length).toBeGreaterThan(1);
  });
});
