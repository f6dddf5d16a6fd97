import {
  BatchGetItemCommand,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  type AttributeValue,
  type QueryCommandOutput,
} from '@aws-sdk/client-dynamodb';
import { KnownSecrets } from '../../lib/secrets/known-secrets.ts';
import {
  GetSecretValueCommand,
  ListSecretsCommand,
  type ListSecretsCommandOutput,
} from '@aws-sdk/client-secrets-manager';
import { dynamoDbClient } from '../../lib/table/dynamodb/client.ts';
import { secretsManagerClient } from '../../lib/secrets/secrets-manager/client.ts';
import type { JsonObject } from '../../lib/model/json/json.types.ts';
import { Secret } from '../../lib/model/secret.ts';
import { createHttpClient } from '../../lib/gateways/http/client.ts';
import { parseAllowedHosts } from '../../lib/gateways/http/host-rule.ts';
import { eachLimited } from '../../lib/pass/limited.ts';
import { systemClock } from '../../lib/wiring.ts';
import type { BenchWorld } from '../world/world.ts';

/** What of a world the calls need. */
export interface FloorWorld extends Pick<BenchWorld, 'endpoints' | 'urls'> {
  readonly settings: () => { readonly allowedHosts: string };
}

/** The bare calls of a pass, on the same clients, with nothing done about their answers. */
export interface FloorCalls {
  acquire(connection: string): Promise<void>;
  release(connection: string): Promise<void>;
  report(connection: string): Promise<void>;
  /** All pages of a table's part. */
  query(table: 'Desired' | 'Ledger', connection: string): Promise<void>;
  listSecrets(connection: string): Promise<void>;
  /** A secret's value. */
  secret(name: string): Promise<void>;
  /** The vendor's list, page by page. */
  list(connection: string): Promise<void>;
  /** The same, with this many pages at a time once the first has shown how many there are. */
  listAhead(connection: string, atOnce: number): Promise<void>;
  /** One server of the vendor. */
  read(connection: string, id: string): Promise<void>;
  /** The connection's own row. */
  row(connection: string): Promise<void>;
  /** One item. */
  get(table: 'Desired' | 'Ledger', connection: string, item: string): Promise<void>;
  put(connection: string, id: string, body: JsonObject): Promise<void>;
  /** A server's item of the ledger. */
  write(connection: string, id: string): Promise<void>;
}

export function floorCalls(world: FloorWorld): FloorCalls {
  const dynamodb = dynamoDbClient(world.endpoints.dynamodb);
  const secrets = secretsManagerClient(world.endpoints.secretsManager);
  const http = createHttpClient({
    hosts: {
      allowed: parseAllowedHosts(world.settings().allowedHosts),
      trustDocumentedHosts: false,
    },
    clock: systemClock,
    random: Math.random,
  });
  const token = new Secret('token-of-floor');
  const attempt = {
    owner: { name: 'barndoor', documentedHosts: [] },
    bearer: { current: async () => token, renew: async () => token },
    known: new KnownSecrets(),
    signal: new AbortController().signal,
    context: {},
  } as const;
  const readPage = async (connection: string, page: number) => {
    const answer = await http.send({
      ...attempt,
      operation: 'list',
      method: 'GET',
      url: `${world.urls.get(connection)}/api/servers?page=${page}&limit=100`,
      repeatable: 'anytime',
    });
    return (answer as { pagination: { next_page: number | null; pages: number } }).pagination;
  };
  const key = (connection: string, item: string) => ({
    connection: { S: connection },
    item: { S: item },
  });
  const get = async (table: 'Desired' | 'Ledger', connection: string, item: string) => {
    await dynamodb.send(
      new GetItemCommand({
        TableName: table,
        Key: key(connection, item),
        ConsistentRead: true,
      }),
    );
  };
  const writeLease = async (connection: string) => {
    await dynamodb.send(
      new PutItemCommand({
        TableName: 'Ledger',
        Item: { ...key(connection, 'floor'), owner: { S: 'floor' } },
        ConditionExpression: 'attribute_not_exists(#owner) OR #owner = :owner',
        ExpressionAttributeNames: { '#owner': 'owner' },
        ExpressionAttributeValues: { ':owner': { S: 'floor' } },
      }),
    );
  };
  return {
    acquire: async (connection) => {
      await get('Ledger', connection, 'floor');
      await writeLease(connection);
    },
    release: writeLease,
    report: async (connection) => {
      const body = { S: 'x'.repeat(500) };
      await dynamodb.send(
        new PutItemCommand({
          TableName: 'Ledger',
          Item: { ...key(connection, 'floor#last'), body },
        }),
      );
    },
    query: async (table, connection) => {
      let start: Record<string, AttributeValue> | undefined;
      do {
        const range = table === 'Ledger';
        const page: QueryCommandOutput = await dynamodb.send(
          new QueryCommand({
            TableName: table,
            ConsistentRead: true,
            KeyConditionExpression: `#connection = :connection${range ? ' AND #item BETWEEN :from AND :to' : ''}`,
            ExpressionAttributeNames: {
              '#connection': 'connection',
              ...(range && { '#item': 'item' }),
            },
            ExpressionAttributeValues: {
              ':connection': { S: connection },
              ...(range && { ':from': { S: 'pause' }, ':to': { S: 'server$' } }),
            },
            ...(start && { ExclusiveStartKey: start }),
          }),
        );
        start = page.LastEvaluatedKey;
      } while (start);
    },
    listSecrets: async (connection) => {
      let next: string | undefined;
      do {
        const page: ListSecretsCommandOutput = await secrets.send(
          new ListSecretsCommand({
            Filters: [{ Key: 'name', Values: [`trueup/${connection}/`] }],
            MaxResults: 100,
            ...(next !== undefined && { NextToken: next }),
          }),
        );
        next = page.NextToken;
      } while (next !== undefined);
    },
    secret: async (name) => {
      await secrets.send(new GetSecretValueCommand({ SecretId: name }));
    },
    list: async (connection) => {
      let page: number | null = 1;
      while (page !== null) page = (await readPage(connection, page)).next_page;
    },
    listAhead: async (connection, atOnce) => {
      const { pages } = await readPage(connection, 1);
      const others = Array.from({ length: pages - 1 }, (_, index) => index + 2);
      await eachLimited(others, atOnce, async (page) => void (await readPage(connection, page)));
    },
    read: async (connection, id) => {
      await http.send({
        ...attempt,
        operation: 'get',
        method: 'GET',
        url: `${world.urls.get(connection)}/api/servers/${id}`,
        repeatable: 'anytime',
      });
    },
    row: async (connection) => {
      await dynamodb.send(
        new BatchGetItemCommand({
          RequestItems: {
            Desired: { Keys: [key(connection, 'connection')], ConsistentRead: true },
          },
        }),
      );
    },
    get,
    put: async (connection, id, body) => {
      await http.send({
        ...attempt,
        operation: 'put',
        method: 'PUT',
        url: `${world.urls.get(connection)}/api/servers/${id}`,
        repeatable: 'unsent',
        json: body,
      });
    },
    write: async (connection, id) => {
      await dynamodb.send(
        new PutItemCommand({
          TableName: 'Ledger',
          Item: { ...key(connection, `floor#${id}`), body: { S: 'x'.repeat(1000) } },
          ConditionExpression: 'attribute_not_exists(#rev) OR #rev = :rev',
          ExpressionAttributeNames: { '#rev': 'rev' },
          ExpressionAttributeValues: { ':rev': { N: '1' } },
        }),
      );
    },
  };
}

/**
 * The reads of a pass, side by side where no answer is needed for the next: only the list waits, for the connection's own
 * row, which has the vendor's address.
 */
export async function floorReads(
  calls: FloorCalls,
  connection: string,
  list: FloorCalls['list'] = (name) => calls.list(name),
): Promise<void> {
  await Promise.all([
    calls.row(connection).then(() => list(connection)),
    calls.query('Desired', connection),
    calls.query('Ledger', connection),
    calls.listSecrets(connection),
  ]);
}

/** The calls of a pass over a connection in sync. */
export async function floorInSync(
  calls: FloorCalls,
  connection: string,
  list: FloorCalls['list'] = (name) => calls.list(name),
): Promise<void> {
  await calls.acquire(connection);
  await floorReads(calls, connection, list);
  await calls.report(connection);
  await calls.release(connection);
}
