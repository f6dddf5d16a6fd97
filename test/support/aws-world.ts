import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { dynamoDbClient, type ClientOptions } from '../../lib/table/dynamodb/client.ts';
import type { Intercept } from '../../lib/local/aws/aws-json.ts';
import {
  createTables,
  startDynamoDb,
  type LocalDynamoDb,
} from '../../lib/local/aws/dynamodb/dynamodb.ts';

/** A client of a service on loopback, where only a busy machine is late: no limit of the product's decides a test. */
export const local = {
  region: 'us-east-1',
  credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  timeoutMs: 30_000,
  connectTimeoutMs: 30_000,
} as const;

/** Tables on loopback, with a client. */
export interface TableWorld {
  readonly server: LocalDynamoDb;
  readonly client: DynamoDBClient;
  /** What the next calls meet; tables themselves are not intercepted. */
  intercept: Intercept;
  readonly close: () => Promise<void>;
}

export async function tableWorld(options: ClientOptions = {}): Promise<TableWorld> {
  const server = await startDynamoDb({
    intercept: (operation, body) =>
      operation.endsWith('Table') ? undefined : world.intercept(operation, body),
  });
  await createTables(server.endpoint, { desired: 'Desired', ledger: 'Ledger' });
  const client = dynamoDbClient({ ...local, endpoint: server.endpoint, ...options });
  const world: TableWorld = {
    server,
    client,
    intercept: () => undefined,
    close: async () => {
      client.destroy();
      await server.close();
    },
  };
  return world;
}

/** An error answer of DynamoDB's. */
export const fault = (type: string, status = 400) => ({
  status,
  body: { __type: `com.amazonaws.dynamodb.v20120810#${type}`, message: 'said the test' },
});
