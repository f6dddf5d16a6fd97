import { accountKey } from '../../lib/model/names/account.ts';
import { BatchWriteItemCommand, type DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { CreateSecretCommand, type SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { toItem } from '../../lib/table/dynamodb/attribute-values.ts';
import type { Attributes as Item } from '../../lib/table/dynamodb/attribute-values.ts';
import { serverValue } from '../../lib/ledger/server-record.ts';
import { parseConnection, parseServer } from '../../lib/desired/rules/declarations.ts';
import type { Connection } from '../../lib/model/desired.types.ts';
import type { JsonObject } from '../../lib/model/json/json.types.ts';
import type { FingerprintKeys } from '../../lib/model/fingerprint.types.ts';
import { fingerprint } from '../../lib/plan/diff/fingerprint.ts';
import type { ServerRecord } from '../../lib/model/ledger.types.ts';
import { asReference, formatReference } from '../../lib/model/secret-reference.ts';
import type { Provider } from '../../lib/gateways/provider.ts';
import { eachLimited } from '../../lib/pass/limited.ts';
import { fleetServer, secretName, secretValue, tokenName } from './fleet.ts';

/** As many as BatchWriteItem takes. */
const batch = 25;
const atOnce = 4;

const fits = { secretPrefix: 'trueup' };

/** The row of a connection whose budget never delays a request: 1,666 requests a second, 10 at a time. */
export function connectionRow(connection: string, baseUrl: string) {
  return {
    connection,
    item: 'connection',
    provider: 'barndoor',
    baseUrl,
    auth: { type: 'bearer', token: { secret: tokenName(connection) } },
    policy: { mode: 'correct', limits: { updates: '100%', minimum: 10 } },
    budget: { requestsPerMinute: 100_000, concurrency: 10 },
  };
}

/** The version id of a server's first secret. */
export const versionOf = (index: number) =>
  `00000000-0000-4000-9000-${String(index).padStart(12, '0')}`;

/** A server's row, and what the ledger knows of it once it is as declared. */
interface Seeded {
  readonly row: {
    readonly connection: string;
    readonly item: string;
    readonly label: string;
    readonly spec: JsonObject;
    readonly generation: number;
  };
  readonly record: ServerRecord;
}

/** A fleet in sync, as Trueup leaves it after it applied everything. */
export function seedServers(
  connection: Connection,
  servers: number,
  provider: Provider,
  keys: FingerprintKeys,
  at: string,
): Seeded[] {
  const account = accountKey(connection);
  return Array.from({ length: servers }, (_, index) => {
    const { id, label, spec } = fleetServer(connection.name, index);
    const row = { connection: connection.name, item: `server#${id}`, label, spec, generation: 1 };
    const parsed = parseServer(row, connection, provider.table, fits);
    if (!parsed.ok) throw new Error(parsed.server.reason);
    const { server } = parsed;
    const applied = server.units.map((unit) => {
      const { pointer, field, value } = unit;
      const scope = { account, server: id, pointer };
      const isSecret = field.access === 'secret';
      const text = isSecret ? `secret 0 of ${index}` : value;
      const source = isSecret && {
        version: versionOf(index),
        source: formatReference(asReference(value)),
      };
      return [pointer, { fingerprint: fingerprint(keys, scope, text), at, ...source }] as const;
    });
    const record: ServerRecord = {
      id,
      rev: 1,
      account,
      label,
      outcome: 'assumed',
      since: at,
      generation: 1,
      contentHash: server.contentHash,
      settled: server.contentHash,
      applied: Object.fromEntries(applied),
      undecided: {},
      normalised: {},
    };
    return { row, record };
  });
}

/** The same as items of the two tables. */
export function seedItems(...of: Parameters<typeof seedServers>): {
  readonly desired: Item[];
  readonly ledger: Item[];
  readonly records: ServerRecord[];
} {
  const seeded = seedServers(...of);
  return {
    desired: seeded.map(({ row }) => toItem(row)),
    ledger: seeded.map(({ row: { connection, item }, record }, index) => ({
      ...toItem({ ...serverValue(record), rev: record.rev, writeId: versionOf(index) }),
      ...toItem({ connection, item }),
    })),
    records: seeded.map(({ record }) => record),
  };
}

export function parsedConnection(
  connection: string,
  baseUrl: string,
  providers: ReadonlyMap<string, Provider>,
): Connection {
  const parsed = parseConnection(connectionRow(connection, baseUrl), { providers, ...fits });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.issues));
  return parsed.connection;
}

export async function writeItems(client: DynamoDBClient, table: string, items: readonly Item[]) {
  const batches = Array.from({ length: Math.ceil(items.length / batch) }, (_, index) =>
    items.slice(index * batch, (index + 1) * batch),
  );
  await eachLimited(batches, atOnce, async (part) => {
    const writes = part.map((item) => ({ PutRequest: { Item: item } }));
    const { UnprocessedItems: left = {} } = await client.send(
      new BatchWriteItemCommand({ RequestItems: { [table]: writes } }),
    );
    if (Object.keys(left).length > 0) throw new Error('the database did not take all items');
  });
}

export async function writeSecrets(
  client: SecretsManagerClient,
  connection: string,
  servers: number,
): Promise<void> {
  const create = (name: string, text: string, version: string) =>
    client.send(
      new CreateSecretCommand({ Name: name, SecretString: text, ClientRequestToken: version }),
    );
  await create(tokenName(connection), `token-of-${connection}`, versionOf(999_999));
  const indexes = Array.from({ length: servers }, (_, index) => index);
  await eachLimited(indexes, atOnce, async (index) => {
    await create(secretName(connection, index), secretValue(0, index), versionOf(index));
  });
}
