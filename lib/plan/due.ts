import { stoppedMs } from '../model/backoff.ts';
import type {
  AttemptKey,
  Retry,
  ServerRecord,
  Stopped,
  Time,
  Wait,
} from '../model/ledger.types.ts';
import type { Outcome } from '../model/outcome.ts';

/** Who asks for an attempt, and when. */
export interface Asking {
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** Whether a person asked for this pass. */
  readonly attended: boolean;
}

/**
 * Whether what failed is tried again: a server or a connection, waiting or stopped. First row that fits.
 *
 * | case                                               | is due |
 * |----------------------------------------------------|--------|
 * | declaration, secret, policy or sign-in changed     | yes |
 * | `notBefore` has come                               | yes |
 * | an unattended pass                                 | no |
 * | a person's, and a `Retry-After` has not ended      | no |
 * | a person's                                         | yes |
 *
 * `trueup login` and `trueup retry` forget the wait itself: see `withoutWait`.
 *
 * @param key - of the attempt now; asked for only where it decides
 */
export function isDue(
  wait: Wait & Pick<Retry, 'retryAfter'>,
  key: () => AttemptKey,
  asking: Asking,
): boolean {
  const { notBefore, retryAfter } = wait;
  if (Date.parse(notBefore) <= asking.now) return true;
  const isAllowed =
    asking.attended && (retryAfter === undefined || Date.parse(retryAfter) <= asking.now);
  return isAllowed || !isSameAttempt(wait, key());
}

/** Whether nothing changed that is known of both. */
export function isSameAttempt(before: AttemptKey, now: AttemptKey): boolean {
  const isOtherSignIn =
    before.credential !== undefined &&
    now.credential !== undefined &&
    before.credential !== now.credential;
  return before.key === now.key && !isOtherSignIn;
}

/** After one more attempt that was turned down. One that a person asked for early does not push the next one out. */
export function stoppedAgain(
  before: Stopped | undefined,
  outcome: Stopped['outcome'],
  key: AttemptKey,
  now: number,
): Stopped {
  const same = before && isSameAttempt(before, key) ? before : undefined;
  if (same && Date.parse(same.notBefore) > now) return { ...same, ...key, outcome };
  const attempts = (same?.attempts ?? 0) + 1;
  return {
    outcome,
    attempts,
    notBefore: new Date(now + stoppedMs(attempts)).toISOString(),
    ...key,
  };
}

/** The key of no attempt: what waits under it is due. */
const noKey = '';

/**
 * The record with which the next pass tries again, for a person who asks for that; undefined where nothing waits, or where
 * the gateway's own `Retry-After` has not ended.
 */
export function withoutWait(record: ServerRecord, now: number): ServerRecord | undefined {
  const { stopped, retry, ...rest } = record;
  if (!stopped && !retry) return undefined;
  if (retry?.retryAfter !== undefined && Date.parse(retry.retryAfter) > now) return undefined;
  return { ...rest, ...(stopped && { stopped: { ...stopped, key: noKey } }) };
}

/** The same of a connection's backoff: since when it fails stays known. */
export function withoutConnectionWait(retry: Retry | undefined, now: number): Retry | undefined {
  if (!retry || (retry.retryAfter !== undefined && Date.parse(retry.retryAfter) > now))
    return retry;
  return { ...retry, notBefore: new Date(now).toISOString(), key: noKey };
}

/** When a server is tried again that fails, and what tries it before. */
export interface NextAttempt {
  /** Not before this do unattended passes try it again. */
  readonly nextAttempt?: Time;
  /** In words: what tries it at once. */
  readonly atOnce?: string;
}

const changes = 'a change of its declaration, secrets, policy or sign-in';

/** What plans, reports and status say of a server with this outcome and record. */
export function nextAttemptOf(
  outcome: Outcome | 'unseen',
  record: Pick<ServerRecord, 'stopped' | 'retry'> | undefined,
): NextAttempt {
  if (outcome === 'waiting') {
    const { retry } = record ?? {};
    if (!retry) return {};
    const asked = retry.retryAfter === undefined ? byPerson : `after its Retry-After ${byPerson}`;
    return { nextAttempt: retry.notBefore, atOnce: `${asked}; ${changes}` };
  }
  if (outcome !== 'failed' && outcome !== 'refused') return {};
  const { notBefore } = record?.stopped ?? {};
  return {
    ...(notBefore !== undefined && { nextAttempt: notBefore }),
    atOnce: `${byPerson}; ${changes}`,
  };
}

const byPerson = '`trueup retry`';

/** The same of a connection that failed, and since when it does. */
export interface FailingConnection extends NextAttempt {
  readonly since?: Time;
}

export function nextAttemptOfConnection(retry: Retry | undefined): FailingConnection {
  if (!retry) return {};
  const { since, notBefore, retryAfter, state, credential } = retry;
  const change = credential === undefined ? 'declaration' : 'declaration or sign-in';
  const asked = retryAfter === undefined ? byPerson : `after its Retry-After ${byPerson}`;
  return {
    ...(since !== undefined && { since }),
    nextAttempt: notBefore,
    atOnce: state === 'needs-login' ? '`trueup login`' : `${asked}; a change of its ${change}`,
  };
}
