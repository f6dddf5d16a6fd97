import { PutItemCommand } from '@aws-sdk/client-dynamodb';
import { expect, test } from '@jest/globals';
import { dynamoDbTable } from '../../../lib/table/dynamodb/table.ts';
import { TestClock } from '../../contracts/test-clock.ts';
import { tableContract } from '../table-contract.ts';
import { tableWorld } from '../../aws/world.ts';

const TableName = 'Ledger';

tableContract('DynamoDB', async () => {
  const { client, close } = await tableWorld();
  const options = { client, table: TableName, clock: new TestClock() };
  return { table: dynamoDbTable(options), other: dynamoDbTable(options), close };
});

test('an item with a revision that is none is an error that names it', async () => {
  const { client, close } = await tableWorld();
  try {
    const table = dynamoDbTable({ client, table: TableName, clock: new TestClock() });
    const Item = { connection: { S: 'acme' }, item: { S: 'a' }, rev: { S: '1' } };
    await client.send(new PutItemCommand({ TableName, Item }));
    await expect(table.get('acme', 'a')).rejects.toMatchObject({
      code: 'store-malformed',
      context: { connection: 'acme', item: 'a' },
    });
  } finally {
    await close();
  }
});
