import {
  ChangeMessageVisibilityCommand,
  CreateQueueCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { afterEach, describe, expect, test } from '@jest/globals';
import type { SqsEvent } from '../../../../lib/local/aws/sqs/pump.ts';
import { startSqs } from '../../../../lib/local/aws/sqs/sqs.ts';

const endings: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of endings.splice(0).toReversed()) await end();
});

async function world(attributes: Record<string, string> = {}) {
  const clock = { time: 1_000_000 };
  const server = await startSqs({ now: () => clock.time });
  const client = new SQSClient({
    endpoint: server.endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
    maxAttempts: 1,
  });
  endings.push(server.close, () => client.destroy());
  const dead = server.createQueue('dead');
  const made = await client.send(
    new CreateQueueCommand({ QueueName: 'work', Attributes: attributes }),
  );
  const QueueUrl = String(made.QueueUrl);
  const send = (MessageBody: string, more: object = {}) =>
    client.send(new SendMessageCommand({ QueueUrl, MessageBody, ...more }));
  const receive = async (more: object = {}) =>
    (await client.send(new ReceiveMessageCommand({ QueueUrl, ...more }))).Messages ?? [];
  return { clock, server, client, QueueUrl, dead, send, receive };
}

const deadLetters = (count: number) => ({
  RedrivePolicy: JSON.stringify({
    deadLetterTargetArn: 'arn:aws:sqs:us-east-1:000000000000:dead',
    maxReceiveCount: count,
  }),
});

describe('the protocol', () => {
  test('a message is hidden once received, comes again, and is deleted by its newest receipt', async () => {
    const { clock, client, QueueUrl, send, receive } = await world({ VisibilityTimeout: '10' });
    await send('héllo', {
      MessageAttributes: { kind: { DataType: 'String', StringValue: 'retry' } },
    });
    const all = { MessageAttributeNames: ['All'], MessageSystemAttributeNames: ['All'] };
    const [first] = await receive(all);
    expect(first).toMatchObject({
      Body: 'héllo',
      Attributes: { ApproximateReceiveCount: '1', SentTimestamp: '1000000' },
      MessageAttributes: { kind: { StringValue: 'retry' } },
    });
    expect(await receive()).toEqual([]);
    clock.time += 10_000;
    const [second] = await receive();
    expect(second).toMatchObject({ MessageId: first?.MessageId });
    expect(second).not.toHaveProperty('Attributes');
    const remove = (ReceiptHandle: string | undefined) =>
      client.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }));
    await remove(first?.ReceiptHandle);
    const change = { QueueUrl, ReceiptHandle: second?.ReceiptHandle, VisibilityTimeout: 0 };
    await client.send(new ChangeMessageVisibilityCommand(change));
    const [third] = await receive();
    await remove(third?.ReceiptHandle);
    clock.time += 60_000;
    expect(await receive()).toEqual([]);
  });

  test('delays are honoured up to 15 minutes, and counted', async () => {
    const { clock, client, QueueUrl, send, receive } = await world();
    await send('later', { DelaySeconds: 900 });
    await send('now');
    const counts = async () => {
      const answer = await client.send(
        new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] }),
      );
      const Attributes: Record<string, string> = answer.Attributes ?? {};
      return ['', 'NotVisible', 'Delayed'].map(
        (what) => Attributes[`ApproximateNumberOfMessages${what}`],
      );
    };
    expect(await counts()).toEqual(['1', '0', '1']);
    expect(await receive({ MaxNumberOfMessages: 10 })).toMatchObject([{ Body: 'now' }]);
    expect(await counts()).toEqual(['0', '1', '1']);
    clock.time += 900_000;
    expect(await receive({ MaxNumberOfMessages: 10 })).toHaveLength(2);
    await expect(send('x', { DelaySeconds: 901 })).rejects.toMatchObject({
      name: 'InvalidParameterValue',
    });
  });

  test('a batch tells each entry, and a queue that is not there is named', async () => {
    const { client, QueueUrl } = await world();
    const Entries = [
      { Id: 'a', MessageBody: 'one' },
      { Id: 'b', MessageBody: 'two', DelaySeconds: 901 },
    ];
    const answer = await client.send(new SendMessageBatchCommand({ QueueUrl, Entries }));
    expect(answer.Successful).toMatchObject([{ Id: 'a' }]);
    expect(answer.Failed).toMatchObject([{ Id: 'b', Code: 'InvalidParameterValue' }]);
    expect(await client.send(new GetQueueUrlCommand({ QueueName: 'work' }))).toMatchObject({
      QueueUrl,
    });
    await expect(client.send(new GetQueueUrlCommand({ QueueName: 'no' }))).rejects.toMatchObject({
      name: 'QueueDoesNotExist',
    });
  });

  test('waiting for a message ends when it comes, and when the server closes', async () => {
    const { server, send, receive } = await world();
    const waiting = receive({ WaitTimeSeconds: 20 });
    await send('here');
    expect(await waiting).toMatchObject([{ Body: 'here' }]);
    const forever = receive({ WaitTimeSeconds: 20 }).then(
      () => 'answered',
      () => 'ended',
    );
    await new Promise((resolve) => setTimeout(resolve, 30));
    await server.close();
    expect(await forever).toBe('ended');
  });
});

describe('the pump', () => {
  test('delivers Lambda events one by one, also those that are sent meanwhile', async () => {
    const { server, QueueUrl, send } = await world();
    await send('1', { MessageAttributes: { n: { DataType: 'Number', StringValue: '1' } } });
    await send('delayed', { DelaySeconds: 60 });
    const seen: SqsEvent[] = [];
    const handler = async (event: SqsEvent) => {
      seen.push(event);
      if (event.Records[0]?.body === '1') await send('2');
    };
    expect(await server.pump(QueueUrl, handler)).toEqual({ delivered: 2, failures: [] });
    expect(server.nextVisibleAt(QueueUrl)).toBe(1_060_000);
    expect((await server.pump(QueueUrl, handler, { ignoreDelay: true })).delivered).toBe(1);
    expect(server.nextVisibleAt(QueueUrl)).toBeUndefined();
    expect(seen.map(({ Records }) => Records.map(({ body }) => body))).toEqual([
      ['1'],
      ['2'],
      ['delayed'],
    ]);
    expect(seen[0]?.Records[0]).toMatchObject({
      eventSource: 'aws:sqs',
      awsRegion: 'us-east-1',
      eventSourceARN: 'arn:aws:sqs:us-east-1:000000000000:work',
      attributes: { ApproximateReceiveCount: '1' },
      messageAttributes: { n: { dataType: 'Number', stringValue: '1' } },
    });
  });

  test('leaves what failed, and gives it up to the dead letters after its last receive', async () => {
    const { clock, server, QueueUrl, dead, send } = await world(deadLetters(2));
    await send('poison');
    const failing = async ({ Records }: SqsEvent) => ({
      batchItemFailures: Records.map(({ messageId }) => ({ itemIdentifier: messageId })),
    });
    expect((await server.pump(QueueUrl, failing)).failures).toHaveLength(1);
    expect((await server.pump(QueueUrl, failing)).delivered).toBe(0);
    clock.time += 30_000;
    const thrown = await server.pump(QueueUrl, () => Promise.reject(new Error('boom')));
    expect(thrown.failures[0]?.error).toMatchObject({ message: 'boom' });
    clock.time += 30_000;
    expect((await server.pump(QueueUrl, failing)).delivered).toBe(0);
    expect(server.queue(QueueUrl).messages).toEqual([]);
    expect(server.queue(dead).messages).toMatchObject([{ body: 'poison' }]);
  });

  test('gives up on a queue that feeds itself', async () => {
    const { server, QueueUrl, send } = await world();
    await send('again');
    const feeding = async () => void (await send('again'));
    await expect(server.pump(QueueUrl, feeding, { limit: 5 })).rejects.toThrow(
      'after 5 deliveries',
    );
  });
});
