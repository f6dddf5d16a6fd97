import { DynamoDBClient } from '@aws-sdk/client-dynamodb';

type Configuration = NonNullable<ConstructorParameters<typeof DynamoDBClient>[0]>;
/** The logger type of the SDK's clients. */
type Logger = NonNullable<Configuration['logger']>;
/** The retry strategy type of the SDK's clients. */
export type RetryStrategy = Exclude<
  NonNullable<Configuration['retryStrategy']>,
  { readonly retry: unknown }
>;

/** Options of all clients. If `region` or credentials are absent, the SDK's default chain finds them. */
export interface ClientOptions {
  readonly region?: string;
  /** The endpoint of a service other than AWS, such as one on loopback. */
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
  /** Replaces the SDK's strategy, including its waits and `maxAttempts`. */
  readonly retryStrategy?: RetryStrategy;
}

/**
 * The SDK's configuration with timeouts, which its defaults lack. `throwOnRequestTimeout` makes a timeout an error and
 * not only a warning, and `socketTimeout` ends an answer that stalls. A call fails after `maxAttempts` times
 * `timeoutMs` plus the backoff between them, 25 seconds at most.
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
 * A logger that logs nothing, like the SDK's default. For the default, the SDK makes a redacted copy of each answer,
 * which for a large Query takes as long as reading it; without `info` it does not.
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
