import { setTimeout as sleep } from 'node:timers/promises';
import dynalite from 'dynalite';
import { delayed, isRecord, operationOf, type Intercept } from '../aws-json.ts';
import { DynamoDbFault, dynamoDbClient, inProcess } from './client.ts';
import { streamWatch, writeOperations, type StreamRecord } from './stream.ts';
import { holdFolder } from '../../folder-hold.ts';
import { startLoopbackServer, type LoopbackAnswer } from '../../loopback-server.ts';

/** A DynamoDB on loopback. */
export interface LocalDynamoDb {
  readonly endpoint: string;
  /** Requests by operation, without the front's own reads for streams. */
  readonly calls: Record<string, number>;
  /** Errors that stream handlers threw, newest last. */
  readonly streamErrors: unknown[];
  /** Resolves when every record so far has been handled. */
  readonly streamsIdle: () => Promise<void>;
  readonly close: () => Promise<void>;
}

/** A stream's consumer. One that throws is called again with the same records, as Lambda does, at most twice. */
export type StreamHandler = (records: StreamRecord[]) => void | Promise<void>;

const attempts = 3;

/**
 * Starts DynamoDB (dynalite) behind a proxy that counts requests, lets tests intercept them, and makes stream records
 * for the tables in `streams`: new and old images, in order, one call of a handler at a time, none for a write that
 * changed nothing. With `folder` the data outlives the process (one process at a time); without it, it is in memory.
 *
 * @throws FolderInUse when another process, or another server of this one, uses the folder
 */
export async function startDynamoDb(
  options: {
    readonly folder?: string;
    readonly now?: () => number;
    readonly streams?: Readonly<Record<string, StreamHandler>>;
    readonly intercept?: Intercept;
  } = {},
): Promise<LocalDynamoDb> {
  const { folder, now = Date.now, streams = {}, intercept } = options;
  await using parts = new AsyncDisposableStack();
  if (folder !== undefined) parts.defer(holdFolder(folder));
  const immediately = { createTableMs: 0, deleteTableMs: 0, updateTableMs: 0 };
  const database = dynalite({ ...immediately, ...(folder !== undefined && { path: folder }) });
  // Only a server that listens closes its store.
  await new Promise<void>((resolve) => {
    database.listen(0, '127.0.0.1', resolve);
  });
  parts.defer(async () => {
    await new Promise<void>((resolve) => {
      database.close(() => resolve());
      database.closeAllConnections();
    });
  });
  const client = parts.adopt(inProcess(database), (one) => one.close());

  const calls: Record<string, number> = {};
  const streamErrors: unknown[] = [];
  let delivery: Promise<void> = Promise.resolve();
  const watch = streamWatch(client, new Set(Object.keys(streams)), now, (table, records) => {
    delivery = delivery.then(() => deliver(streams[table], records, streamErrors));
  });

  const front = await startLoopbackServer(async (request) => {
    const operation = operationOf(request);
    calls[operation] = (calls[operation] ?? 0) + 1;
    const body = parse(request.text);
    const intercepted = intercept?.(operation, body);
    if (intercepted && 'status' in intercepted) return withType(intercepted);
    if (intercepted) await delayed(front, request, intercepted);
    if (operation === 'CreateTable' || operation === 'DeleteTable') watch.forget();
    const headers = Object.fromEntries(
      Object.entries(request.headers).flatMap(([name, value]) =>
        typeof value === 'string' && !hopByHop.has(name) ? [[name, value]] : [],
      ),
    );
    const run = () => client.forward(headers, request.text);
    const {
      status,
      headers: answered,
      bytes,
    } = await (isRecord(body) && writeOperations.has(operation)
      ? watch.write(operation, body, run)
      : run());
    return { status, headers: answered, body: bytes };
  });

  parts.defer(() => front.close());
  const started = parts.move();
  return {
    endpoint: front.url,
    calls,
    streamErrors,
    streamsIdle: async () => {
      let seen: Promise<void> | undefined;
      while (seen !== delivery) {
        seen = delivery;
        await seen;
      }
    },
    close: () => started.disposeAsync(),
  };
}

const hopByHop = new Set(['host', 'connection', 'content-length', 'transfer-encoding', 'expect']);

async function deliver(
  handler: StreamHandler | undefined,
  records: StreamRecord[],
  errors: unknown[],
): Promise<void> {
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    try {
      await handler?.(structuredClone(records));
      return;
    } catch (error) {
      errors.push(error);
    }
  }
}

const withType = (answer: LoopbackAnswer): LoopbackAnswer => ({
  ...answer,
  headers: { 'content-type': 'application/x-amz-json-1.0', ...answer.headers },
});

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/**
 * Creates the two tables if they do not exist, and waits until both are active. `Desired` has the sparse index
 * `provider`, which lists the connections.
 *
 * @throws DynamoDbFault when a table cannot be created, Error when it does not become active within 10 seconds
 */
export async function createTables(
  endpoint: string,
  names: { readonly desired: string; readonly ledger: string },
): Promise<void> {
  const client = dynamoDbClient(endpoint);
  try {
    const desired = createTable(client, {
      TableName: names.desired,
      AttributeDefinitions: [...keyAttributes, { AttributeName: 'provider', AttributeType: 'S' }],
      GlobalSecondaryIndexes: [
        {
          IndexName: 'provider',
          KeySchema: [
            { AttributeName: 'provider', KeyType: 'HASH' },
            { AttributeName: 'connection', KeyType: 'RANGE' },
          ],
          Projection: { ProjectionType: 'KEYS_ONLY' },
        },
      ],
    });
    const ledger = createTable(client, {
      TableName: names.ledger,
      AttributeDefinitions: keyAttributes,
    });
    await Promise.all([desired, ledger]);
  } finally {
    client.close();
  }
}

const keyAttributes = [
  { AttributeName: 'connection', AttributeType: 'S' },
  { AttributeName: 'item', AttributeType: 'S' },
];

async function createTable(
  client: ReturnType<typeof dynamoDbClient>,
  table: { readonly TableName: string } & Record<string, unknown>,
): Promise<void> {
  const KeySchema = [
    { AttributeName: 'connection', KeyType: 'HASH' },
    { AttributeName: 'item', KeyType: 'RANGE' },
  ];
  try {
    await client.call('CreateTable', { BillingMode: 'PAY_PER_REQUEST', KeySchema, ...table });
  } catch (error) {
    if (!(error instanceof DynamoDbFault && error.type === 'ResourceInUseException')) throw error;
  }
  for (let tries = 0; tries < 1000; tries += 1) {
    const { Table: found } = await client.call('DescribeTable', { TableName: table.TableName });
    if (isRecord(found) && found['TableStatus'] === 'ACTIVE') return;
    await sleep(10);
  }
  throw new Error(`Table ${table.TableName} did not become active within 10 seconds`);
}
