import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { GetItemCommand, type DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { afterEach, describe, expect, test } from '@jest/globals';
import { dynamoDbClient } from '../../../lib/table/dynamodb/client.ts';
import { openItems } from '../../../lib/table/dynamodb/items.ts';
import { TestClock } from '../../support/test-clock.ts';
import { local } from '../../support/aws-world.ts';

const endings: (() => void)[] = [];
afterEach(() => {
  for (const end of endings.splice(0)) end();
});

async function clientOf(listener: RequestListener): Promise<DynamoDBClient> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  const endpoint = `http://127.0.0.1:${port}`;
  const client = dynamoDbClient({ ...local, endpoint, timeoutMs: 200, maxAttempts: 2 });
  endings.push(() => {
    client.destroy();
    server.closeAllConnections();
    server.close();
  });
  return client;
}

const get = (client: DynamoDBClient) =>
  openItems({ client, table: 'Ledger', clock: new TestClock() }).get('acme', 'pause');

describe('a call ends', () => {
  test('when there is no answer', async () => {
    let requests = 0;
    const client = await clientOf(() => {
      requests += 1;
    });
    await expect(get(client)).rejects.toMatchObject({ code: 'store-unreachable' });
    expect(requests).toBe(2);
  });

  test('when an answer stops in the middle', async () => {
    const client = await clientOf((_request, response) => {
      response.writeHead(200, {
        'content-type': 'application/x-amz-json-1.0',
        'content-length': 99,
      });
      response.write('{"Item":');
    });
    await expect(get(client)).rejects.toMatchObject({ name: 'StoreError' });
  });

  test('when the port is closed', async () => {
    const client = dynamoDbClient({ ...local, endpoint: 'http://127.0.0.1:1', maxAttempts: 1 });
    await expect(get(client)).rejects.toMatchObject({ code: 'store-unreachable' });
    client.destroy();
  });
});

test('region, profile and attempts are as they were given', async () => {
  const client = dynamoDbClient({ region: 'eu-west-1', profile: 'ops', maxAttempts: 7 });
  expect(await client.config.region()).toBe('eu-west-1');
  expect(await client.config.maxAttempts()).toBe(7);
  expect(client.config.profile).toBe('ops');
  expect(new GetItemCommand({ TableName: 'x', Key: {} })).toBeDefined();
  client.destroy();
});
