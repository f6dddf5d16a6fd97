import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  BatchWriteItemCommand,
  DynamoDBClient,
  PutItemCommand,
  QueryCommand,
  UpdateItemCommand,
  DeleteItemCommand,
  GetItemCommand,
} from '@aws-sdk/client-dynamodb';
import { afterEach, describe, expect, test } from '@jest/globals';
import type { Intercept } from '../../../../lib/local/aws/aws-json.ts';
import type { StreamRecord } from '../../../../lib/local/aws/dynamodb/stream.ts';
import { createTables, startDynamoDb } from '../../../../lib/local/aws/dynamodb/dynamodb.ts';

const names = { desired: 'Desired', ledger: 'Ledger' };
const endings: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of endings.splice(0).toReversed()) await end();
});

async function world(options: Parameters<typeof startDynamoDb>[0] = {}) {
  const server = await startDynamoDb(options);
  await createTables(server.endpoint, names);
  const client = new DynamoDBClient({
    endpoint: server.endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
    maxAttempts: 2,
  });
  endings.push(server.close, () => client.destroy());
  return { server, client };
}

const key = (item: string) => ({ connection: { S: 'acme' }, item: { S: item } });

describe('tables', () => {
  test('are made once, and the sparse index lists connections only', async () => {
    const { server, client } = await world();
    await createTables(server.endpoint, names);
    for (const item of [
      { ...key('connection'), provider: { S: 'barndoor' }, baseUrl: { S: 'x' } },
      key('server#1'),
    ]) {
      await client.send(new PutItemCommand({ TableName: 'Desired', Item: item }));
    }
    const found = await client.send(
      new QueryCommand({
        TableName: 'Desired',
        IndexName: 'provider',
        KeyConditionExpression: 'provider = :p',
        ExpressionAttributeValues: { ':p': { S: 'barndoor' } },
      }),
    );
    expect(found.Items).toEqual([{ ...key('connection'), provider: { S: 'barndoor' } }]);
    expect(server.calls).toMatchObject({ PutItem: 2, Query: 1 });
  });

  test('outlive the server in a folder', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'dynamodb-'));
    const first = await world({ folder });
    const put = new PutItemCommand({
      TableName: 'Ledger',
      Item: { ...key('lease'), n: { N: '1' } },
    });
    await first.client.send(put);
    await first.server.close();
    const { client } = await world({ folder });
    const got = await client.send(new GetItemCommand({ TableName: 'Ledger', Key: key('lease') }));
    expect(got.Item?.['n']).toEqual({ N: '1' });
  });
});

async function streamed(handler?: (records: StreamRecord[]) => void) {
  const records: StreamRecord[] = [];
  const made = await world({
    now: () => 1_700_000_000_500,
    streams: {
      Desired: (batch) => {
        records.push(...batch);
        handler?.(batch);
      },
    },
  });
  return { ...made, records };
}

test('a folder is held by one server at a time, and a dead holder does not count', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'dynamodb-'));
  const first = await startDynamoDb({ folder });
  await expect(startDynamoDb({ folder })).rejects.toThrow('in use');
  await first.close();
  writeFileSync(join(folder, 'holder'), '999999999');
  const second = await startDynamoDb({ folder });
  await second.close();
});

test('closing in the middle of writes ends them and breaks nothing', async () => {
  const { server, client } = await world({ streams: { Desired: () => undefined } });
  const writes = Array.from({ length: 20 }, (_, id) =>
    client.send(new PutItemCommand({ TableName: 'Desired', Item: key(`server#${id}`) })),
  );
  const settled = Promise.allSettled(writes);
  await writes[0];
  await server.close();
  expect(await settled).toHaveLength(20);
});

describe('streams', () => {
  test('tell inserts, changes and removals, with both images, and nothing else', async () => {
    const { server, client, records } = await streamed();
    const Item = { ...key('server#1'), tags: { SS: ['b', 'a'] } };
    const TableName = 'Desired';
    await client.send(new PutItemCommand({ TableName, Item }));
    await client.send(
      new PutItemCommand({ TableName, Item: { ...Item, tags: { SS: ['a', 'b'] } } }),
    );
    await client.send(
      new UpdateItemCommand({
        TableName,
        Key: key('server#1'),
        UpdateExpression: 'SET n = :n',
        ExpressionAttributeValues: { ':n': { N: '7' } },
      }),
    );
    const refused = client.send(
      new PutItemCommand({
        TableName,
        Item,
        ConditionExpression: 'attribute_not_exists(#i)',
        ExpressionAttributeNames: { '#i': 'item' },
      }),
    );
    await expect(refused).rejects.toThrow('conditional');
    await client.send(new DeleteItemCommand({ TableName, Key: key('server#1') }));
    await client.send(new PutItemCommand({ TableName: 'Ledger', Item }));
    await server.streamsIdle();

    expect(records.map((record) => record.eventName)).toEqual(['INSERT', 'MODIFY', 'REMOVE']);
    expect(records[1]).toMatchObject({
      eventSource: 'aws:dynamodb',
      awsRegion: 'us-east-1',
      dynamodb: {
        ApproximateCreationDateTime: 1_700_000_000,
        Keys: key('server#1'),
        OldImage: { ...key('server#1'), tags: { SS: expect.arrayContaining(['a', 'b']) } },
        NewImage: { n: { N: '7' } },
        StreamViewType: 'NEW_AND_OLD_IMAGES',
      },
    });
    expect(records[0]?.dynamodb).not.toHaveProperty('OldImage');
    expect(records[2]?.dynamodb).not.toHaveProperty('NewImage');
    const numbers = records.map((record) => record.dynamodb.SequenceNumber);
    expect(numbers.toSorted()).toEqual(numbers);
    expect(server.calls['GetItem']).toBeUndefined();
  });

  test('see every item of a batch, and concurrent writes of one item in order', async () => {
    const { server, client, records } = await streamed();
    await client.send(
      new BatchWriteItemCommand({
        RequestItems: {
          Desired: ['1', '2'].map((id) => ({ PutRequest: { Item: key(`server#${id}`) } })),
          Ledger: [{ PutRequest: { Item: key('pause') } }],
        },
      }),
    );
    await Promise.all(
      Array.from({ length: 10 }, () =>
        client.send(
          new UpdateItemCommand({
            TableName: 'Desired',
            Key: key('server#1'),
            UpdateExpression: 'ADD n :one',
            ExpressionAttributeValues: { ':one': { N: '1' } },
          }),
        ),
      ),
    );
    await server.streamsIdle();
    expect(records.slice(0, 2).map((record) => record.eventName)).toEqual(['INSERT', 'INSERT']);
    const counted = records
      .slice(2)
      .map((record) => Number(record.dynamodb.NewImage?.['n']?.['N']));
    expect(counted).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  });

  test('hand a batch again to a handler that threw', async () => {
    let failures = 1;
    const { server, client, records } = await streamed(() => {
      failures -= 1;
      if (failures >= 0) throw new Error('not now');
    });
    await client.send(new PutItemCommand({ TableName: 'Desired', Item: key('server#1') }));
    await server.streamsIdle();
    expect(records).toHaveLength(2);
    expect(records[0]?.eventID).toBe(records[1]?.eventID);
    expect(server.streamErrors).toHaveLength(1);
  });
});

test('a test can throttle, leave items unprocessed, and be slow', async () => {
  const plan: ReturnType<Intercept>[] = [
    {
      status: 400,
      body: { __type: 'com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException' },
    },
    { delayMs: 20 },
    { status: 200, body: { UnprocessedItems: { Ledger: [{ PutRequest: { Item: key('a') } }] } } },
  ];
  const { client, server } = await world({
    intercept: (operation) => (operation.endsWith('Table') ? undefined : plan.shift()),
  });
  await client.send(new PutItemCommand({ TableName: 'Ledger', Item: key('a') }));
  expect(server.calls['PutItem']).toBe(2);
  const RequestItems = { Ledger: [{ PutRequest: { Item: key('a') } }] };
  const answer = await client.send(new BatchWriteItemCommand({ RequestItems }));
  expect(answer.UnprocessedItems).toEqual(RequestItems);
});
