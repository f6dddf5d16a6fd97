import type { Settings } from '../../functions/settings.ts';
import type { WiringOptions } from '../../lib/wiring.ts';
import { dynamoDbClient } from '../../lib/table/dynamodb/client.ts';
import { secretsManagerClient } from '../../lib/secrets/secrets-manager/client.ts';
import { desiredWriter } from '../../lib/desired/rows/desired-writer.ts';
import type { DesiredWriter } from '../../lib/desired/rows/desired-writer.ts';
import { secretWriter } from '../../lib/secrets/secrets-manager/secret-writer.ts';
import type { SecretWriter } from '../../lib/secrets/secrets-manager/secret-writer.ts';
import { startAlloy } from '../../lib/local/gateways/alloy/simulator.ts';
import type { AlloyOptions, AlloySimulator } from '../../lib/local/gateways/alloy/simulator.ts';
import { startBarndoor } from '../../lib/local/gateways/barndoor/simulator.ts';
import type {
  BarndoorOptions,
  BarndoorSimulator,
} from '../../lib/local/gateways/barndoor/simulator.ts';
import { startSimulatedContextForge } from '../../lib/local/gateways/contextforge/simulator.ts';
import type {
  ContextForgeOptions,
  ContextForgeSimulator,
} from '../../lib/local/gateways/contextforge/simulator.ts';
import { startSimulatedLiteLlm } from '../../lib/local/gateways/litellm/simulator.ts';
import type {
  LiteLlmOptions,
  LiteLlmSimulator,
} from '../../lib/local/gateways/litellm/simulator.ts';
import { createTables, startDynamoDb } from '../../lib/local/aws/dynamodb/dynamodb.ts';
import type { LocalDynamoDb } from '../../lib/local/aws/dynamodb/dynamodb.ts';
import { startEventBridge } from '../../lib/local/aws/eventbridge.ts';
import type { LocalEventBridge } from '../../lib/local/aws/eventbridge.ts';
import { startSecretsManager } from '../../lib/local/aws/secrets-manager/secrets-manager.ts';
import type { LocalSecretsManager } from '../../lib/local/aws/secrets-manager/secrets-manager.ts';
import { startSsm } from '../../lib/local/aws/ssm/ssm.ts';
import type { LocalSsm } from '../../lib/local/aws/ssm/ssm.ts';
import { startTokenEndpoint } from '../../lib/local/issuer/token-endpoint.ts';
import type { TokenEndpoint } from '../../lib/local/issuer/token-endpoint.ts';
import { startSts } from '../../lib/local/aws/sts.ts';
import { startSqs } from '../../lib/local/aws/sqs/sqs.ts';
import type { LocalSqs } from '../../lib/local/aws/sqs/sqs.ts';
import { systemClock } from '../../lib/wiring.ts';
import type { Clock } from '../../lib/model/runtime.types.ts';

/** AWS and vendors on loopback, with the options for a composition root. */
export interface EmbeddedWorld {
  readonly barndoor: BarndoorSimulator;
  readonly alloy: AlloySimulator;
  readonly contextforge: ContextForgeSimulator;
  readonly litellm: LiteLlmSimulator;
  /** Barndoor's token issuer, whose tokens the gateway accepts. */
  readonly issuer: TokenEndpoint;
  readonly dynamodb: LocalDynamoDb;
  readonly secretsManager: LocalSecretsManager;
  readonly ssm: LocalSsm;
  readonly sqs: LocalSqs;
  readonly eventBridge: LocalEventBridge;
  /** The work queue. A message that failed three times goes to the other queue. */
  readonly queueUrl: string;
  readonly deadLettersUrl: string;
  /** Writes rows and secrets like a user. */
  readonly desired: DesiredWriter;
  readonly secrets: SecretWriter;
  readonly settings: Settings;
  readonly endpoints: NonNullable<WiringOptions['endpoints']>;
  readonly close: () => Promise<void>;
}

export interface EmbeddedWorldOptions {
  readonly barndoor: BarndoorOptions;
  readonly alloy?: AlloyOptions;
  readonly contextforge?: ContextForgeOptions;
  readonly litellm?: LiteLlmOptions;
  readonly issuer?: Parameters<typeof startTokenEndpoint>[0];
  /** The folder in which tables and secrets are stored; absent: in memory. */
  readonly folder?: string;
  readonly clock?: Clock;
  readonly dynamodb?: Parameters<typeof startDynamoDb>[0];
  readonly secretsManager?: Parameters<typeof startSecretsManager>[0];
  readonly ssm?: Parameters<typeof startSsm>[0];
  readonly sqs?: Parameters<typeof startSqs>[0];
  readonly eventBridge?: Parameters<typeof startEventBridge>[0];
}

const desiredName = 'Desired';
const ledgerName = 'Ledger';
const eventBus = 'trueup';
const fingerprintSecret = 'trueup-fingerprint-key';
/** On loopback, a slow call only means that the machine is busy, so timeouts are long. */
const patience = { timeoutMs: 30_000, connectTimeoutMs: 30_000 };
const fake = { accessKeyId: 'local', secretAccessKey: 'local' };

/**
 * Starts the world on free loopback ports, with its own tables and fingerprint key. If a part cannot be started, all
 * parts are closed.
 */
export async function startEmbeddedWorld(options: EmbeddedWorldOptions): Promise<EmbeddedWorld> {
  const { clock = systemClock, folder } = options;
  const now = () => clock.now();
  const kept = folder === undefined ? {} : { folder };
  await using parts = new AsyncDisposableStack();
  const start = async <T extends { close(): Promise<void> }>(starting: Promise<T>): Promise<T> => {
    // Also closes a part that is still starting when another one fails.
    parts.defer(async () => (await starting.catch(() => undefined))?.close());
    return starting;
  };
  const issuer = await start(startTokenEndpoint({ now, ...options.issuer }));
  const { tokens: known = [] } = options.barndoor;
  const tokens = (token: string) =>
    issuer.accepts(token) || (typeof known === 'function' ? known(token) : known.includes(token));
  const initial = { [fingerprintSecret]: randomKey(), ...options.secretsManager?.secrets };
  const [
    dynamodb,
    secretsManager,
    ssm,
    sqs,
    eventBridge,
    sts,
    barndoor,
    alloy,
    contextforge,
    litellm,
  ] = await Promise.all([
    start(startDynamoDb({ now, ...kept, ...options.dynamodb })),
    start(startSecretsManager({ now, ...kept, ...options.secretsManager, secrets: initial })),
    start(startSsm({ now, ...kept, ...options.ssm })),
    start(startSqs({ now, ...options.sqs })),
    start(startEventBridge({ now, ...options.eventBridge })),
    start(startSts()),
    start(startBarndoor({ now, ...options.barndoor, tokens })),
    start(startAlloy({ now, ...(options.alloy ?? { servers: [] }) })),
    start(startSimulatedContextForge({ now, ...(options.contextforge ?? { servers: [] }) })),
    start(startSimulatedLiteLlm({ now, ...(options.litellm ?? { servers: [] }) })),
  ]);
  await createTables(dynamodb.endpoint, { desired: desiredName, ledger: ledgerName });
  const { queueUrl, deadLettersUrl } = createQueues(sqs);
  const local = (endpoint: string) => ({
    endpoint,
    region: 'local',
    credentials: fake,
    ...patience,
  });
  const endpoints = {
    dynamodb: local(dynamodb.endpoint),
    secretsManager: local(secretsManager.endpoint),
    ssm: local(ssm.endpoint),
    sqs: local(sqs.endpoint),
    events: local(eventBridge.endpoint),
    sts: local(sts.url),
  };
  const dynamodbClient = parts.adopt(dynamoDbClient(endpoints.dynamodb), (one) => one.destroy());
  const secretsClient = parts.adopt(secretsManagerClient(endpoints.secretsManager), (one) =>
    one.destroy(),
  );
  const secrets = secretWriter(secretsClient);
  const started = parts.move();
  return {
    barndoor,
    alloy,
    contextforge,
    litellm,
    issuer,
    dynamodb,
    secretsManager,
    ssm,
    sqs,
    eventBridge,
    queueUrl,
    deadLettersUrl,
    desired: desiredWriter({ client: dynamodbClient, table: desiredName, clock }),
    secrets,
    settings: {
      desiredTable: desiredName,
      ledgerTable: ledgerName,
      fingerprintSecret,
      secretPrefix: 'trueup',
      allowedHosts: [
        `barndoor=${new URL(barndoor.url).host}`,
        `barndoor=${new URL(issuer.url).host}`,
        `alloy=${new URL(alloy.url).host}`,
        `contextforge=${new URL(contextforge.url).host}`,
        `litellm=${new URL(litellm.url).host}`,
      ].join(','),
      connectionsAtOnce: 10,
      inlineShare: 20,
      queueUrl,
      eventBus,
    },
    endpoints,
    close: () => started.disposeAsync(),
  };
}

function createQueues(sqs: LocalSqs) {
  const deadLettersUrl = sqs.createQueue('Work-dead-letters');
  const deadLetterTargetArn = sqs.queue(deadLettersUrl).arn;
  const queueUrl = sqs.createQueue('Work', {
    RedrivePolicy: JSON.stringify({ deadLetterTargetArn, maxReceiveCount: 3 }),
  });
  return { queueUrl, deadLettersUrl };
}

function randomKey(): string {
  return crypto.getRandomValues(Buffer.alloc(32)).toString('base64');
}
