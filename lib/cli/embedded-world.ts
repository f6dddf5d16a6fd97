import type { Settings } from '../../functions/settings.ts';
import type { WiringOptions } from '../../functions/wiring.ts';
import { dynamoDbClient, secretsManagerClient } from '../aws/clients.ts';
import { desiredWriter } from '../aws/desired-writer.ts';
import type { DesiredWriter } from '../aws/desired-writer.ts';
import { secretWriter } from '../aws/secret-writer.ts';
import type { SecretWriter } from '../aws/secret-writer.ts';
import { startBarndoor } from '../local/barndoor-simulator.ts';
import type { BarndoorOptions, BarndoorSimulator } from '../local/barndoor-simulator.ts';
import { createTables, startDynamoDb } from '../local/dynamodb.ts';
import type { LocalDynamoDb } from '../local/dynamodb.ts';
import { startSecretsManager } from '../local/secrets-manager.ts';
import type { LocalSecretsManager } from '../local/secrets-manager.ts';
import { systemClock } from '../../functions/wiring.ts';
import type { Clock } from '../reconcile/ports/runtime.ts';

/** AWS and the vendors on loopback, and what a composition root needs to run on them. */
export interface EmbeddedWorld {
  readonly barndoor: BarndoorSimulator;
  readonly dynamodb: LocalDynamoDb;
  readonly secretsManager: LocalSecretsManager;
  /** Writes rows and secrets as the user would. */
  readonly desired: DesiredWriter;
  readonly secrets: SecretWriter;
  readonly settings: Settings;
  readonly endpoints: NonNullable<WiringOptions['endpoints']>;
  readonly close: () => Promise<void>;
}

export interface EmbeddedWorldOptions {
  readonly barndoor: BarndoorOptions;
  /** Where tables and secrets outlive the process; in memory without it. */
  readonly folder?: string;
  readonly clock?: Clock;
  readonly dynamodb?: Parameters<typeof startDynamoDb>[0];
  readonly secretsManager?: Parameters<typeof startSecretsManager>[0];
}

const desiredName = 'Desired';
const ledgerName = 'Ledger';
const fingerprintSecret = 'trueup-fingerprint-key';
const fake = { accessKeyId: 'local', secretAccessKey: 'local' };

/** Starts it: free ports on loopback, tables made, a fingerprint key of its own. */
export async function startEmbeddedWorld(options: EmbeddedWorldOptions): Promise<EmbeddedWorld> {
  const { clock = systemClock, folder } = options;
  const now = () => clock.now();
  const kept = folder === undefined ? {} : { folder };
  const [dynamodb, secretsManager, barndoor] = await Promise.all([
    startDynamoDb({ now, ...kept, ...options.dynamodb }),
    startSecretsManager({ now, ...kept, ...options.secretsManager }),
    startBarndoor({ now, ...options.barndoor }),
  ]);
  await createTables(dynamodb.endpoint, { desired: desiredName, ledger: ledgerName });
  const local = (endpoint: string) => ({ endpoint, region: 'local', credentials: fake });
  const endpoints = {
    dynamodb: local(dynamodb.endpoint),
    secretsManager: local(secretsManager.endpoint),
  };
  const dynamodbClient = dynamoDbClient(endpoints.dynamodb);
  const secretsClient = secretsManagerClient(endpoints.secretsManager);
  const secrets = secretWriter(secretsClient);
  if (!secretsManager.secrets.some(({ name }) => name === fingerprintSecret)) {
    await secrets.write(fingerprintSecret, Buffer.from(randomKey()).toString('base64'));
  }
  return {
    barndoor,
    dynamodb,
    secretsManager,
    desired: desiredWriter({ client: dynamodbClient, table: desiredName, clock }),
    secrets,
    settings: {
      desiredTable: desiredName,
      ledgerTable: ledgerName,
      fingerprintSecret,
      secretPrefix: 'trueup',
      allowedHosts: `barndoor=${new URL(barndoor.url).host}`,
      connectionsAtOnce: 10,
    },
    endpoints,
    close: async () => {
      dynamodbClient.destroy();
      secretsClient.destroy();
      await Promise.all([dynamodb.close(), secretsManager.close(), barndoor.close()]);
    },
  };
}

function randomKey(): Uint8Array {
  return crypto.getRandomValues(new Uint8Array(32));
}
