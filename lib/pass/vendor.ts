import { backoffMs } from '../model/backoff.ts';
import { digestOf } from '../plan/diff/change.ts';
import { isDue } from '../plan/due.ts';
import type { Connection } from '../model/desired.types.ts';
import { credentialOf } from '../model/secret-reference.ts';
import type { Json } from '../model/json/json.types.ts';
import type { Retry } from '../model/ledger.types.ts';
import { inFlightEnded } from '../lease/in-flight.ts';
import { passGate } from '../lease/pass-gate.ts';
import type { Gate } from '../lease/pass-gate.ts';
import type { Dependencies } from './dependencies.types.ts';
import type { VendorCalls, VendorSession } from '../gateways/provider.ts';
import { StoreError } from '../model/errors/store-error.ts';
import { isVendorError } from '../model/errors/vendor-error.ts';
import type { VendorError } from '../model/errors/vendor-error.ts';
import { KnownSecrets } from '../secrets/known-secrets.ts';
import { Credentials } from '../sign-in/credentials.ts';
import type { Ending } from './ending.ts';
import type { Pass } from './pass.types.ts';
import type { Account, OwnAccount } from './read/desired.ts';
import { Stops } from './apply/stops.ts';

/** A session with the vendor, and its credentials. */
export interface Vendor {
  readonly session: VendorSession;
  readonly credentials: Credentials;
  /** Every secret that was handled for the connection. */
  readonly known: KnownSecrets;
}

/** A session that may also change servers, with what stops it and what is counted. */
export interface SendingVendor extends Vendor {
  readonly stops: Stops;
}

/**
 * Opens the session of a connection, unless the connection is backing off. Sends nothing.
 *
 * @returns or the ending of the pass if no request may be sent
 */
export async function openVendor(
  account: OwnAccount,
  { request, deps, lease, tally, abort }: Pass,
): Promise<SendingVendor | { readonly ending: Ending }> {
  const { connection } = account;
  const { retry } = lease.saved;
  if (
    retry &&
    !isDue(retry, () => ({ key: retryKey(connection) }), {
      now: deps.clock.now(),
      attended: request.attended !== undefined,
    }) &&
    !(await hasNewCredential(retry, connection, deps))
  ) {
    return { ending: backingOff(retry) };
  }
  const attemptMs = deps.settings.attemptMs * (account.provider.putPatience ?? 1);
  await inFlightEnded(lease, attemptMs, deps, request.stop);
  const gate = passGate(lease, connection.budget, deps, request);
  const stops = new Stops(connection.name, account.row, deps);
  const sending = {
    admit: async (id: string, patience: number) => {
      await stops.assertMay(id);
      gate.assertMay(patience);
    },
    reached: (id: string) => lease.saved.sent(id),
  };
  return { ...openSession(account, deps, tally.calls, abort.signal, gate, sending), stops };
}

/**
 * @param gate - called before each request
 * @param sending - called after `gate` before each `PUT`, and once a `PUT` may have reached the gateway
 */
export function openSession(
  { connection, provider }: Account,
  deps: Dependencies,
  calls: VendorCalls,
  signal: AbortSignal,
  gate: Gate,
  sending?: { admit(id: string, patience: number): Promise<void>; reached(id: string): void },
): Vendor {
  const known = new KnownSecrets();
  const { underLease } = gate;
  const credentials = new Credentials(connection, provider, deps, signal, underLease, known);
  const session = provider.open(connection, {
    token: (options) => credentials.token(options),
    admit: async (patience, put) => {
      await gate.admit(signal, patience);
      if (put !== undefined) await sending?.admit(put, patience);
    },
    calls,
    known,
    signal,
    ...(sending && { reached: (id) => sending.reached(id) }),
  });
  return { session, credentials, known };
}

/** The reason is that of the last failure. */
function backingOff({ state, reason }: Retry): Ending {
  const message = reason?.message ?? 'it failed before';
  return { state: state ?? 'unreachable', reason: { code: 'backing-off', message } };
}

/**
 * What makes a connection be tried before its backoff has ended:
 *
 * | failed because                          | is tried at once after                          |
 * |-----------------------------------------|-------------------------------------------------|
 * | anything                                | a change of its row, a user's `apply`, a login, `trueup retry` |
 * | it was rejected: sign-in, 401, 403      | the same, and a new version of its secret |
 */
function retryKey(connection: Connection): string {
  return digestOf(connection as unknown as Json);
}

/**
 * The connection's backoff after a pass: none if the vendor answered, unchanged if no request was sent. A rejected
 * credential is dropped, so that the next pass reads it again.
 */
export async function retryAfter(
  ending: Ending | undefined,
  before: Retry | undefined,
  connection: Connection,
  { credentials }: Vendor,
  { list, get, put }: VendorCalls,
  deps: Dependencies,
): Promise<Retry | undefined> {
  if (!ending) return list + get + put > 0 ? undefined : before;
  const { error, reason } = ending;
  if (!isVendorError(error)) return before;
  const refused = isRefusal(error)
    ? (credentials.version ?? (await currentVersion(connection, deps)) ?? '')
    : undefined;
  if (refused !== undefined) credentials.forget();
  const key = retryKey(connection);
  const attempts = (before?.key === key ? before.attempts : 0) + 1;
  const wait = backoffMs(attempts, deps.random(), error.retryAfterMs);
  const iso = (ms: number) => new Date(deps.clock.now() + ms).toISOString();
  const { retryAfterMs } = error;
  return {
    attempts,
    since: before?.since ?? iso(0),
    reason,
    notBefore: iso(wait),
    key,
    ...(retryAfterMs !== undefined && { retryAfter: iso(retryAfterMs) }),
    ...(error.kind === 'needs-login' && { state: error.kind }),
    ...(refused !== undefined && { credential: refused }),
  };
}

/** Whether the rejected credential has been replaced since, by a login, a user or a rotation. */
async function hasNewCredential(
  { credential }: Retry,
  connection: Connection,
  deps: Pick<Dependencies, 'secrets'>,
): Promise<boolean> {
  if (credential === undefined) return false;
  const version = await currentVersion(connection, deps);
  return version !== undefined && version !== credential;
}

function isRefusal({ kind, status }: VendorError): boolean {
  return kind === 'needs-login' || kind === 'token' || status === 401 || status === 403;
}

/** The version of the connection's secret, without decrypting it. Undefined also if it cannot be read now. */
async function currentVersion(
  { name, auth }: Connection,
  { secrets }: Pick<Dependencies, 'secrets'>,
): Promise<string | undefined> {
  const { secret } = credentialOf(auth);
  try {
    return (await secrets.versions(name, [secret])).get(secret);
  } catch (error) {
    if (error instanceof StoreError) return undefined;
    throw error;
  }
}
