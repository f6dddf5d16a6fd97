import { backoffMs } from '../core/backoff.ts';
import { digestOf } from '../core/change.ts';
import type { Auth, Connection } from '../core/desired.types.ts';
import type { Json } from '../core/json.types.ts';
import type { Retry } from '../core/ledger.types.ts';
import type { SecretReference } from '../model/secret.ts';
import type { ApplyEnd } from './apply/apply.ts';
import type { Dependencies } from '../reconcile/dependencies.types.ts';
import type { VendorCalls } from '../reconcile/ports/provider.ts';
import { StoreError } from '../model/store-error.ts';
import { isVendorError } from '../reconcile/ports/vendor-error.ts';
import type { VendorError } from '../reconcile/ports/vendor-error.ts';
import type { PassRequest } from './request.types.ts';

/**
 * When a connection is tried again before its backoff is over:
 *
 * | failed because                          | is tried at once after                          |
 * |-----------------------------------------|-------------------------------------------------|
 * | anything                                | a change of its row, or when a person asks      |
 * | it was refused: sign-in, 401, 403       | these, and a new version of its secret          |
 */
function keyOf(connection: Connection): string {
  return digestOf(connection as unknown as Json);
}

/** Whether an unattended pass must leave the connection alone for now. */
export function isBackingOff(
  retry: Retry | undefined,
  connection: Connection,
  { attended }: PassRequest,
  now: number,
): boolean {
  if (!retry || attended || Date.parse(retry.notBefore) <= now) return false;
  return retry.key === keyOf(connection);
}

/**
 * The connection's backoff after a pass: none if the vendor could be talked to, as it was if nothing was asked of it.
 *
 * @param calls - what the pass asked
 */
export function afterConnectionFailure(
  end: ApplyEnd | undefined,
  before: Retry | undefined,
  connection: Connection,
  credential: string | undefined,
  { list, get, put }: VendorCalls,
  { clock, random }: Dependencies,
): Retry | undefined {
  if (!end) return list + get + put > 0 ? undefined : before;
  if (!isVendorError(end)) return before;
  const key = keyOf(connection);
  const attempts = (before?.key === key ? before.attempts : 0) + 1;
  const wait = backoffMs(attempts, random(), end.retryAfterMs);
  const notBefore = new Date(clock.now() + wait).toISOString();
  return {
    attempts,
    notBefore,
    key,
    ...(end.kind === 'needs-login' && { state: end.kind }),
    ...(credential !== undefined && { credential }),
  };
}

/** Whether what the connection was refused with has been replaced since: by a login, by hand, by a rotation. */
export async function hasNewCredential(
  retry: Retry | undefined,
  connection: Connection,
  deps: Pick<Dependencies, 'secrets'>,
): Promise<boolean> {
  if (retry?.credential === undefined) return false;
  const version = await currentVersion(connection, deps);
  return version !== undefined && version !== retry.credential;
}

/**
 * The version of the secret with which the pass was refused; undefined if that is not why it ended.
 *
 * @param used - the version that it read or saved last, if it did either
 */
export async function refusedCredential(
  end: ApplyEnd | undefined,
  used: string | undefined,
  connection: Connection,
  deps: Pick<Dependencies, 'secrets'>,
): Promise<string | undefined> {
  if (!isVendorError(end) || !isRefusal(end)) return undefined;
  return used ?? (await currentVersion(connection, deps)) ?? '';
}

function isRefusal({ kind, status }: VendorError): boolean {
  return kind === 'needs-login' || kind === 'token' || status === 401 || status === 403;
}

/** Without a word of the value; undefined also where that cannot be known now. */
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

function credentialOf(auth: Auth): SecretReference {
  switch (auth.type) {
    case 'bearer':
      return auth.token;
    case 'client-credentials':
      return auth.client_secret;
    case 'refresh-token':
      return auth.refresh_token;
  }
}
