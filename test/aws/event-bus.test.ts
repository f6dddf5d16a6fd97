import type { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { eventBridgeClient } from '../../lib/aws/clients.ts';
import { eventBus } from '../../lib/aws/event-bus.ts';
import { startAwsJson, type AwsJsonServer, type Intercept } from '../../lib/local/aws-json.ts';
import type { TrueupEvent } from '../../lib/reconcile/ports/events.ts';
import { change, report } from '../contracts/records.ts';
import { TestClock } from '../contracts/test-clock.ts';
import { local } from './world.ts';

interface Put {
  readonly EventBusName: string;
  readonly Source: string;
  readonly DetailType: string;
  readonly Detail: string;
}

let server: AwsJsonServer;
let client: EventBridgeClient;
let clock: TestClock;
let intercept: Intercept;
let calls: Put[][];

beforeEach(async () => {
  intercept = () => undefined;
  calls = [];
  clock = new TestClock();
  server = await startAwsJson({
    version: '1.1',
    intercept: (operation, body) => intercept(operation, body),
    operations: {
      PutEvents: (input) => {
        const entries = input['Entries'] as Put[];
        calls.push(entries);
        return { FailedEntryCount: 0, Entries: entries.map((_, n) => ({ EventId: `${n}` })) };
      },
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
const servers = () =>
  calls.flat().map(({ Detail }) => (JSON.parse(Detail) as { server: string }).server);

describe('the bus', () => {
  test('gets events ten at a time, in order, from trueup', async () => {
    await open('ops').announce(Array.from({ length: 23 }, (_, n) => updated(`s-${n}`)));
    expect(calls.map((entries) => entries.length)).toEqual([10, 10, 3]);
    expect(servers()).toEqual(Array.from({ length: 23 }, (_, n) => `s-${n}`));
    expect(calls[0]?.[0]).toMatchObject({
      EventBusName: 'ops',
      Source: 'trueup',
      DetailType: 'Server Updated',
    });
  });

  test('is the default one unless told, and is not called for nothing', async () => {
    await open().announce([]);
    expect(calls).toEqual([]);
    await open().announce([{ type: 'Pass Completed', report: report() }]);
    expect(calls[0]?.[0]).toMatchObject({ EventBusName: 'default', DetailType: 'Pass Completed' });
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
    const fields = Array.from({ length: 900 }, () => field);
    const large: TrueupEvent = {
      type: 'Server Updated',
      connection: 'acme',
      change: { ...change('a'), fields },
    };
    await open().announce(Array.from({ length: 9 }, () => large));
    expect(calls.flat()).toHaveLength(9);
    for (const entries of calls) {
      const bytes = entries.reduce((sum, { Detail }) => sum + Buffer.byteLength(Detail), 0);
      expect(bytes).toBeLessThan(256 * 1024);
    }
  });
});
