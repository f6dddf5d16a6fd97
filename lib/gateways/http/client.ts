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
  /** For each request on the wire, and for a PUT with its repetitions; 15,000 ms unless given. */
  readonly timeoutMs?: number;
  /** Largest answer; 32 MB unless given. */
  readonly maxBytes?: number;
  /** How names become addresses; the system's resolver unless given. */
  readonly resolve?: Resolve;
  /** A certificate authority to trust besides the usual ones, PEM. */
  readonly extraCa?: string;
  /** Called with the clock of the host that answers. */
  readonly onDate?: (seen: SeenDate) => void;
  /** What carries requests to their hosts, in place of the network; then the three before it mean nothing. */
  readonly wire?: Wire;
}

/** Where a request gets its bearer token, and a new one after a 401. */
export interface BearerSource {
  current(): Promise<Secret>;
  /** A token other than `rejected`, if there is one. */
  renew(rejected: Secret): Promise<Secret>;
}

/** One attempt: a request with its repetitions. */
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
  /** What must not come back in an error's text: all secrets in url, headers and body. Bearer tokens are added. */
  readonly known: KnownSecrets;
  /** The secrets that an answer shows, of an error too; they are added. */
  readonly secretsIn?: (answer: Json) => readonly Secret[];
  readonly signal: AbortSignal;
  readonly context: JsonObject;
  /** The kind of error that an answer is, if it is not the usual. */
  readonly kindOf?: KindOf;
  /** How many times the client's timeout this one may take. Defaults to 1. */
  readonly patience?: number;
  /** Awaited before each request on the wire. What it throws ends the attempt as it is. */
  readonly admit?: () => Promise<void>;
  /** Called for each request on the wire. */
  readonly count?: () => void;
  /** Called with the size of each answer, in bytes. What it throws ends the attempt as it is. */
  readonly received?: (bytes: number) => void;
  /** Called for each of them that may have reached the host, whatever came of it. */
  readonly reached?: () => void;
  /** Called for each of them that failed, also where it is repeated. */
  readonly failed?: (error: VendorError) => void;
}

/** The one HTTP client: every call to a vendor or its token endpoint goes through it. */
export interface HttpClient {
  /**
   * The answer's JSON. Repeats within the attempt as {@link waitBeforeRepeat} says, and once with a renewed token
   * after a 401.
   *
   * @throws VendorError
   */
  send(attempt: Attempt): Promise<Json>;
  /** For an address that another program will open. @throws VendorError (`host`) unless it is one that `send` would take */
  assertAllowed(target: Pick<Attempt, 'url' | 'owner' | 'operation' | 'context'>): void;
  /** Drops idle connections; the client stays usable. */
  close(): void;
}

const defaultTimeoutMs = 15_000;
const defaultMaxBytes = 32 * 1024 * 1024;

/** Makes the shared client; one for each process is enough. */
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
      // What may have been applied must be over in time: the caller counts on it when its lease ends.
      if (failed && now >= deadline) throw failed;
      if (repeatable === 'unsent') deadline = Math.min(deadline, now + timeoutMs);
      // Stored secrets often end in a newline, which no header can carry.
      const sent = token && new Secret(token.reveal().trim());
      if (sent) attempt.known.add([sent]);
      attempt.count?.();
      try {
        const remaining = Math.min(timeoutMs, deadline - now);
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

/** What `wait` gives, or a VendorError (`aborted`) as soon as `signal` aborts. */
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
