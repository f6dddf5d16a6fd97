import { DynamoDBClient } from '@aws-sdk/client-dynamodb';

type Configuration = NonNullable<ConstructorParameters<typeof DynamoDBClient>[0]>;
/** What the SDK's clients take as their logger. */
type Logger = NonNullable<Configuration['logger']>;
/** How the SDK's clients wait before an attempt is repeated. */
export type RetryStrategy = Exclude<
  NonNullable<Configuration['retryStrategy']>,
  { readonly retry: unknown }
>;

/** What all clients share. Where `region` or credentials are absent, the SDK's own chain finds them. */
export interface ClientOptions {
  readonly region?: string;
  /** A service other than AWS's own, such as one on loopback. */
  readonly endpoint?: string;
  readonly profile?: string;
  readonly credentials?: {
    readonly accessKeyId: string;
    readonly secretAccessKey: string;
    readonly sessionToken?: string;
  };
  /** Attempts for each call, the first included. Defaults to 4. */
  readonly maxAttempts?: number;
  /** Milliseconds until an attempt without an answer fails. Defaults to 5,000. */
  readonly timeoutMs?: number;
  /** Milliseconds until an attempt to connect fails. Defaults to 2,000. */
  readonly connectTimeoutMs?: number;
  /** In place of the SDK's own, with its waits and `maxAttempts`. */
  readonly retryStrategy?: RetryStrategy;
}

/**
 * The SDK's configuration, with what its defaults lack: an end. Without `throwOnRequestTimeout` the SDK only warns, and
 * `socketTimeout` ends an answer that stops in the middle. A call fails after `maxAttempts` times `timeoutMs` and the
 * backoff between them, 25 seconds at most.
 */
export function clientConfiguration(options: ClientOptions) {
  const { maxAttempts = 4, timeoutMs = 5000, connectTimeoutMs = 2000 } = options;
  return {
    ...(options.region !== undefined && { region: options.region }),
    ...(options.endpoint !== undefined && { endpoint: options.endpoint }),
    ...(options.profile !== undefined && { profile: options.profile }),
    ...(options.credentials !== undefined && { credentials: options.credentials }),
    maxAttempts,
    logger: quiet,
    retryMode: 'standard',
    ...(options.retryStrategy !== undefined && { retryStrategy: options.retryStrategy }),
    requestHandler: {
      connectionTimeout: connectTimeoutMs,
      requestTimeout: timeoutMs,
      throwOnRequestTimeout: true,
      socketTimeout: timeoutMs,
    },
  };
}

const nothing = () => undefined;

/**
 * Says nothing, as the SDK's own default does; but for that one the SDK makes a redacted copy of each answer, which of a
 * large Query takes as long as reading it. Without `info` it makes none.
 */
const quiet = {
  trace: nothing,
  debug: nothing,
  warn: nothing,
  error: nothing,
} as unknown as Logger;

export function dynamoDbClient(options: ClientOptions = {}): DynamoDBClient {
  return new DynamoDBClient(clientConfiguration(options));
}
