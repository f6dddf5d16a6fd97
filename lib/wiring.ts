import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { dynamoDbClient } from './table/dynamodb/client.ts';
import { eventBridgeClient, sqsClient } from './work/clients.ts';
import { secretsManagerClient } from './secrets/secrets-manager/client.ts';
import type { ClientOptions } from './table/dynamodb/client.ts';
import { desiredTable } from './desired/rows/desired-table.ts';
import { loadFingerprintKeys } from './secrets/secrets-manager/fingerprint-keys.ts';
import { secretsManager } from './secrets/secrets-manager/secret-source.ts';
import { createProviders } from './gateways/gateways.ts';
import { createHttpClient } from './gateways/http/client.ts';
import { parseAllowedHosts } from './gateways/http/host-rule.ts';
import { leaseStore } from './lease/lease-store.ts';
import { defaultSettings } from './lease/settings.types.ts';
import { openLedger } from './ledger/ledger.ts';
import type { Dependencies } from './pass/dependencies.types.ts';
import type { Clock, Log, Random, SeenDate } from './model/runtime.types.ts';
import { parameterStore } from './sign-in/saved/parameter-store.ts';
import { createTokenExchange } from './sign-in/token-exchange.ts';
import { dynamoDbTable } from './table/dynamodb/table.ts';
import { eventBus } from './work/event-bus.ts';
import { noAnnouncer } from './work/events.ts';
import { noQueue } from './work/queue.ts';
import { sqsQueue } from './work/sqs-queue.ts';

/** The settings of a deployment for the wiring: names, and the hosts that credentials may be sent to. */
export interface WiringSettings {
  readonly desiredTable: string;
  readonly ledgerTable: string;
  /** Name of the secret that holds the fingerprint key. */
  readonly fingerprintSecret: string;
  /** First part of the names of secrets. */
  readonly secretPrefix: string;
  /** `provider=host[:port]`, separated by commas. */
  readonly allowedHosts: string;
  /** URL of the work queue. Absent: a scheduled pass does everything itself, and retries wait for the next one. */
  readonly queueUrl?: string;
  /** Event bus; absent: no events are published. */
  readonly eventBus?: string;
}

/** Overrides of a deployment: endpoints on loopback, a clock for tests. */
export interface WiringOptions {
  readonly endpoints?: {
    readonly dynamodb?: ClientOptions;
    readonly secretsManager?: ClientOptions;
    readonly ssm?: ClientOptions;
    readonly events?: ClientOptions;
    readonly sqs?: ClientOptions;
    /** For the command line, which records who calls it. */
    readonly sts?: ClientOptions;
  };
  readonly clock?: Clock;
  readonly random?: Random;
  /** Receives the dates in answers of vendors and their token endpoints. */
  readonly onDate?: (seen: SeenDate) => void;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  sleep: async (ms, signal) => {
    try {
      await sleep(ms, undefined, signal && { signal });
    } catch (error) {
      if (!signal?.aborted) throw error;
    }
  },
};

/** How long a process caches the fingerprint key, and so how late it notices a rotation. */
const keysMs = 5 * 60_000;

function cachedFor<T>(ms: number, clock: Clock, load: () => Promise<T>): () => Promise<T> {
  let cached: { readonly value: T; readonly until: number } | undefined;
  return async () => {
    if (!cached || clock.now() >= cached.until) {
      cached = { value: await load(), until: clock.now() + ms };
    }
    return cached.value;
  };
}

/** Creates the adapters, once per process: for all functions, and for the command line with AWS. */
export function wire(
  settings: WiringSettings,
  log: Log,
  options: WiringOptions = {},
): Dependencies {
  const { clock = systemClock, random = Math.random, endpoints = {}, onDate } = options;
  const dynamodb = dynamoDbClient(endpoints.dynamodb);
  const secretsClient = secretsManagerClient(endpoints.secretsManager);
  const table = dynamoDbTable({ client: dynamodb, table: settings.ledgerTable, clock, random });
  const http = createHttpClient({
    hosts: { allowed: parseAllowedHosts(settings.allowedHosts), trustDocumentedHosts: false },
    clock,
    random,
    timeoutMs: defaultSettings.attemptMs,
    ...(onDate && { onDate }),
  });
  return {
    desired: desiredTable({ client: dynamodb, table: settings.desiredTable, clock, random }),
    ledger: openLedger({ table, clock }),
    lease: leaseStore(table),
    secrets: secretsManager({ client: secretsClient, prefix: settings.secretPrefix }),
    providers: createProviders(http),
    announcer:
      settings.eventBus === undefined
        ? noAnnouncer
        : eventBus({ client: eventBridgeClient(endpoints.events), bus: settings.eventBus, clock }),
    queue:
      settings.queueUrl === undefined
        ? noQueue
        : sqsQueue({ client: sqsClient(endpoints.sqs), queueUrl: settings.queueUrl, clock }),
    keys: cachedFor(keysMs, clock, () =>
      loadFingerprintKeys({ client: secretsClient, secret: settings.fingerprintSecret }),
    ),
    credentials: new Map(),
    signIns: parameterStore({ client: endpoints.ssm ?? {}, prefix: settings.secretPrefix }),
    tokens: createTokenExchange({ http, clock }),
    clock,
    random,
    uuid: randomUUID,
    log,
    settings: defaultSettings,
    secretPrefix: settings.secretPrefix,
    owner: `function ${randomUUID()}`,
  };
}
