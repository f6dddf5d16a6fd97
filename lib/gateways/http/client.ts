import type { Json, JsonObject } from '../../model/json/json.types.ts';
import { Secret } from '../../model/secret.ts';
import type { Clock, Random, SeenDate } from '../../model/runtime.types.ts';
import type { VendorOperation } from '../../model/errors/vendor-error.ts';
import { isVendorError, VendorError } from '../../model/errors/vendor-error.ts';
import { mayHaveReached } from '../../model/errors/failure.ts';
import type { KnownSecrets } from '../../secrets/known-secrets.ts';
import type { KindOf, Outgoing } from './exchange.ts';
import { exchange, isTooLarge } from './exchange.ts';
import type { HostOwner, HostSettings } from './allowed-hosts.types.ts';
import { assertAllowedUrl } from './host-rule.ts';
import type { Repeatable } from './repetition.ts';
import { waitBeforeRepeat } from './repetition.ts';
import type { Resolve, Wire } from './wire.ts';
import { createWire } from './wire.ts';

export interface HttpClientOptions {
  readonly hosts: HostSettings;
  readonly clock: Clock;
  readonly random: Random;
  /**
   * Timeout for each request, and for a PUT with all its retries. No request is retried after that time. Defaults to
   * 15,000 ms.
   */
  readonly timeoutMs?: number;
  /** Maximum size of an answer. Defaults to 32 MB. */
  readonly maxBytes?: number;
  /** Resolves host names. Defaults to the system's resolver. */
  readonly resolve?: Resolve;
  /** An additional certificate authority to trust, PEM. */
  readonly extraCa?: string;
  /** Called with the time in the host's answer. */
  readonly onDate?: (seen: SeenDate) => void;
  /** Replaces the network; the three options before are then not used. */
  readonly wire?: Wire;
}

/** The source of bearer tokens, and of new ones after a 401. */
export interface BearerSource {
  current(): Promise<Secret>;
  /** A token other than `rejected`, if there is one. */
  renew(rejected: Secret): Promise<Secret>;
}

/** One attempt: a request with its retries. */
export interface Attempt {
  readonly owner: HostOwner;
  readonly operation: VendorOperation;
  readonly method: Outgoing['method'];
  readonly url: string;
  readonly repeatable: Repeatable;
  readonly headers?: Readonly<Record<string, string>>;
  readonly bearer?: BearerSource;
  readonly json?: JsonObject;
  readonly form?: Readonly<Record<string, string>>;
  /** Secrets that must not appear in an error's text: all in url, headers and body. Bearer tokens are added. */
  readonly known: KnownSecrets;
  /** Returns the secrets in an answer, error answers included; they are added too. */
  readonly secretsIn?: (answer: Json) => readonly Secret[];
  readonly signal: AbortSignal;
  readonly context: JsonObject;
  /** The kind of error of an answer, if it differs from the default. */
  readonly kindOf?: KindOf;
  /** Factor for the client's timeout. Defaults to 1. */
  readonly patience?: number;
  /** Awaited before each request is sent. Its error ends the attempt and is thrown unchanged. */
  readonly admit?: () => Promise<void>;
  /** Called for each request that is sent. */
  readonly count?: () => void;
  /** Called with the size of each answer, in bytes. Its error ends the attempt and is thrown unchanged. */
  readonly received?: (bytes: number) => void;
  /** Called for each request that may have reached the host, whatever the result. */
  readonly reached?: () => void;
  /** Called for each request that failed, also if it is retried. */
  readonly failed?: (error: VendorError) => void;
}

/** The HTTP client for all calls to vendors and their token endpoints. */
export interface HttpClient {
  /**
   * Returns the answer's JSON. Retries within the attempt as {@link waitBeforeRepeat} decides, and once with a renewed
   * token after a 401.
   *
   * @throws VendorError
   */
  send(attempt: Attempt): Promise<Json>;
  /** For a URL that another program will open. @throws VendorError (`host`) unless `send` would allow it */
  assertAllowed(target: Pick<Attempt, 'url' | 'owner' | 'operation' | 'context'>): void;
  /** Drops idle connections; the client stays usable. */
  close(): void;
}

const defaultTimeoutMs = 15_000;
const defaultMaxBytes = 32 * 1024 * 1024;

/** Creates the shared client; one per process is enough. */
export function createHttpClient(options: HttpClientOptions): HttpClient {
  const { hosts, clock, random, resolve, extraCa } = options;
  const wire =
    options.wire ??
    createWire({
      maxBytes: options.maxBytes ?? defaultMaxBytes,
      ...(resolve && { resolve }),
      ...(extraCa !== undefined && { extraCa }),
    });

  async function send(attempt: Attempt): Promise<Json> {
    const { operation, bearer, signal, context, repeatable, patience = 1 } = attempt;
    const timeoutMs = (options.timeoutMs ?? defaultTimeoutMs) * patience;
    const target = assertAllowedUrl(attempt.url, attempt.owner, hosts, operation, context);
    const unlessAborted = <T>(wait: Promise<T>) => orAborted(wait, signal, operation, context);
    let token = bearer && (await unlessAborted(bearer.current()));
    let renewed = false;
    let deadline = Number.POSITIVE_INFINITY;
    let failed: VendorError | undefined;
    for (let repeats = 0; ;) {
      if (attempt.admit) await unlessAborted(attempt.admit());
      const now = clock.now();
      // A request that may have been applied must end in time: the caller relies on that when its lease expires.
      if (repeatable === 'unsent' && failed && now >= deadline) throw failed;
      deadline = Math.min(deadline, now + timeoutMs);
      // Stored secrets often end in a newline, which is not allowed in a header.
      const sent = token && new Secret(token.reveal().trim());
      if (sent) attempt.known.add([sent]);
      attempt.count?.();
      try {
        const remaining = repeatable === 'unsent' ? deadline - now : timeoutMs;
        const { onDate } = options;
        const outgoing = {
          ...attempt,
          target,
          bearer: sent,
          timeoutMs: remaining,
          onDate,
        };
        const answer = await exchange(wire, outgoing, () => clock.now());
        attempt.reached?.();
        return answer;
      } catch (error) {
        if (!isVendorError(error)) throw error;
        failed = error;
        if (mayHaveReached(error)) attempt.reached?.();
        attempt.failed?.(error);
        if (error.status === 401 && bearer && token && !renewed) {
          renewed = true;
          token = await unlessAborted(bearer.renew(token));
        } else {
          const wait = isTooLarge(error)
            ? undefined
            : waitBeforeRepeat(error, repeatable, repeats, random);
          // Also for a GET: a host that does not answer would hold its worker three times as long.
          if (wait === undefined || clock.now() + wait >= deadline) throw error;
          repeats += 1;
          await clock.sleep(wait, signal);
        }
      }
    }
  }
  return {
    send,
    assertAllowed: ({ url, owner, operation, context }) =>
      void assertAllowedUrl(url, owner, hosts, operation, context),
    close: () => wire.close(),
  };
}

/** The result of `wait`, or a VendorError (`aborted`) as soon as `signal` aborts. */
async function orAborted<T>(
  wait: Promise<T>,
  signal: AbortSignal,
  operation: VendorOperation,
  context: JsonObject,
): Promise<T> {
  const aborted = Promise.withResolvers<never>();
  const onAbort = () =>
    aborted.reject(new VendorError('aborted', operation, 'the pass ended', { context }));
  signal.addEventListener('abort', onAbort);
  if (signal.aborted) onAbort();
  try {
    return await Promise.race([wait, aborted.promise]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}
