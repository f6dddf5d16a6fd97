import { CreateSecretCommand, PutSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import type { Settings } from '../../functions/settings.ts';
import { wire } from '../../lib/wiring.ts';
import { toItem } from '../../lib/table/dynamodb/attribute-values.ts';
import type { Writable } from '../../lib/table/table.ts';
import { dynamoDbClient, type ClientOptions } from '../../lib/table/dynamodb/client.ts';
import { secretsManagerClient } from '../../lib/secrets/secrets-manager/client.ts';
import type { Dependencies } from '../../lib/pass/dependencies.types.ts';
import type { DynamoDbHandlers } from './dynamodb.ts';
import { silentLog } from './log.ts';
import { secretName, secretValue } from './fleet.ts';
import { start, type Remote } from './protocol.ts';
import type { SecretsHandlers } from './secrets.ts';
import { connectionRow, parsedConnection, seedItems, writeItems, writeSecrets } from './seed.ts';
import type { VendorHandlers } from './vendor.ts';

/** Vendors, DynamoDB and Secrets Manager in a process of their own each, and what it takes to make passes on them. */
export interface BenchWorld {
  readonly vendor: Remote<VendorHandlers>;
  readonly dynamodb: Remote<DynamoDbHandlers>;
  readonly settings: () => Settings;
  readonly endpoints: { readonly dynamodb: ClientOptions; readonly secretsManager: ClientOptions };
  /** URL of each connection's account. */
  readonly urls: ReadonlyMap<string, string>;
  /** A connection with so many servers, all in sync, as Trueup leaves them. */
  readonly connect: (connection: string, servers: number) => Promise<void>;
  /** The secrets of the first `servers` get other values. */
  readonly rotate: (connection: string, servers: number, round: number) => Promise<void>;
  /** Dependencies as a function's process has them. */
  readonly wired: () => Dependencies;
  /** Calls since the last time it was asked. */
  readonly calls: () => Promise<Calls>;
  readonly close: () => Promise<void>;
}

export type Calls = Readonly<Record<string, number>>;

const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
const fingerprintSecret = 'trueup-fingerprint-key';

/**
 * @param latencyMs - that the vendor adds to each request
 * @param metered - whether items and capacity are counted, which takes time
 */
export async function startBenchWorld({
  latencyMs = 50,
  metered = false,
}: { latencyMs?: number; metered?: boolean } = {}): Promise<BenchWorld> {
  const entry = (name: string) => `${import.meta.dirname}/${name}.ts`;
  const [vendor, dynamodb, secrets] = await Promise.all([
    start<VendorHandlers>(entry('vendor'), String(latencyMs)),
    start<DynamoDbHandlers>(entry('dynamodb'), ''),
    start<SecretsHandlers>(entry('secrets'), ''),
  ]);
  const local = (endpoint: string): ClientOptions => ({ endpoint, region: 'local', credentials });
  const [plain, secretsEndpoint] = await Promise.all([
    dynamodb.call('endpoint'),
    secrets.call('endpoint'),
  ]);
  const database = metered ? await dynamodb.call('meteredEndpoint') : plain;
  const endpoints = { dynamodb: local(database), secretsManager: local(secretsEndpoint) };
  const dynamodbClient = dynamoDbClient(local(plain));
  const secretsClient = secretsManagerClient(endpoints.secretsManager);
  await secretsClient.send(
    new CreateSecretCommand({ Name: fingerprintSecret, SecretString: 'k'.repeat(64) }),
  );
  const urls = new Map<string, string>();
  const settings = (): Settings => ({
    desiredTable: 'Desired',
    ledgerTable: 'Ledger',
    fingerprintSecret,
    secretPrefix: 'trueup',
    allowedHosts: [...urls.values()].map((url) => `barndoor=${new URL(url).host}`).join(','),
    connectionsAtOnce: 10,
    inlineShare: 20,
  });
  const wired = () => wire(settings(), silentLog, { endpoints });
  const readCalls = async (): Promise<Calls> => {
    const [ofVendor, ofDynamoDb, ofSecrets] = await Promise.all([
      vendor.call('calls'),
      dynamodb.call('calls'),
      secrets.call('calls'),
    ]);
    const all = { ...ofVendor, ...ofDynamoDb, ...ofSecrets };
    return Object.fromEntries(Object.entries(all).filter(([, count]) => count > 0));
  };
  return {
    vendor,
    dynamodb,
    settings,
    endpoints,
    urls,
    wired,
    calls: readCalls,
    connect: async (connection, servers) => {
      const url = await vendor.call('open', { connection, servers });
      urls.set(connection, url);
      const { providers, keys } = wired();
      const parsed = parsedConnection(connection, url, providers);
      const provider = providers.get('barndoor');
      if (!provider) throw new Error('there is no provider barndoor');
      const at = new Date().toISOString();
      const items = seedItems(parsed, servers, provider, await keys(), at);
      const row = connectionRow(connection, url) as unknown as Record<string, Writable>;
      await Promise.all([
        writeItems(dynamodbClient, 'Desired', [toItem(row), ...items.desired]),
        writeItems(dynamodbClient, 'Ledger', items.ledger),
        writeSecrets(secretsClient, connection, servers),
      ]);
      await readCalls();
    },
    rotate: async (connection, servers, round) => {
      for (let index = 0; index < servers; index += 1) {
        // oxlint-disable-next-line no-await-in-loop -- a preparation, not what is measured
        await secretsClient.send(
          new PutSecretValueCommand({
            SecretId: secretName(connection, index),
            SecretString: secretValue(round, index),
          }),
        );
      }
      await readCalls();
    },
    close: async () => {
      dynamodbClient.destroy();
      secretsClient.destroy();
      await Promise.all([vendor.close(), dynamodb.close(), secrets.close()]);
    },
  };
}
