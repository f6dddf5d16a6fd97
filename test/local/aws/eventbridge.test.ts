import {
  EventBridgeClient,
  PutEventsCommand,
  type PutEventsRequestEntry,
} from '@aws-sdk/client-eventbridge';
import { afterEach, expect, test } from '@jest/globals';
import { startEventBridge } from '../../../lib/local/aws/eventbridge.ts';

const endings: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of endings.splice(0).toReversed()) await end();
});

async function world() {
  const server = await startEventBridge({ now: () => Date.UTC(2026, 0, 1) });
  const client = new EventBridgeClient({
    endpoint: server.endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
    maxAttempts: 1,
  });
  endings.push(server.close, () => client.destroy());
  const put = (...Entries: PutEventsRequestEntry[]) =>
    client.send(new PutEventsCommand({ Entries }));
  return { server, put };
}

const entry = (Detail: string) => ({ Source: 'trueup', DetailType: 'Pass finished', Detail });

test('each entry has a result of its own, and what was accepted is kept', async () => {
  const { server, put } = await world();
  const answer = await put(entry('{"a":1}'), entry('no json'), { Source: 'trueup', Detail: '{}' });
  expect(answer.FailedEntryCount).toBe(2);
  expect(answer.Entries?.map(({ ErrorCode }) => ErrorCode)).toEqual([
    undefined,
    'MalformedDetail',
    'InvalidArgument',
  ]);
  expect(server.events).toMatchObject([
    {
      id: answer.Entries?.[0]?.EventId,
      source: 'trueup',
      'detail-type': 'Pass finished',
      time: '2026-01-01T00:00:00.000Z',
      detail: { a: 1 },
      bus: 'default',
    },
  ]);
});

test('more than ten entries, or 256 KB, are refused whole', async () => {
  const { server, put } = await world();
  const eleven = Array.from({ length: 11 }, () => entry('{}'));
  await expect(put(...eleven)).rejects.toMatchObject({ name: 'ValidationException' });
  const large = entry(JSON.stringify({ text: 'x'.repeat(130 * 1024) }));
  await expect(put(large, large)).rejects.toThrow('over the limit');
  await put(large);
  expect(server.events).toHaveLength(1);
});
