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

/** Who started the pass, and when. */
export interface Asking {
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** Whether a user started this pass. */
  readonly attended: boolean;
}

/**
 * Whether a failed server or connection, waiting or stopped, is tried again. The first matching row applies.
 *
 * | case                                               | is due |
 * |----------------------------------------------------|--------|
 * | declaration, secret, policy or sign-in changed     | yes |
 * | the time `notBefore` is reached                    | yes |
 * | an unattended pass                                 | no |
 * | a user's pass, and a `Retry-After` has not ended   | no |
 * | a user's pass                                      | yes |
 *
 * `trueup login` and `trueup retry` remove the wait: see `withoutWait`.
 *
 * @param key - key of the current attempt; called only if it is needed
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

/** Whether nothing changed between two attempts, compared by what is known of both. */
export function isSameAttempt(before: AttemptKey, now: AttemptKey): boolean {
  const isOtherSignIn =
    before.credential !== undefined &&
    now.credential !== undefined &&
    before.credential !== now.credential;
  return before.key === now.key && !isOtherSignIn;
}

/** The state after one more rejected attempt. An early attempt by a user does not delay the next scheduled one. */
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

/** A key that matches no attempt, so that what waits with it is due. */
const noKey = '';

/**
 * The record without its wait, so that the next pass tries again; undefined if nothing waits, or if the gateway's
 * `Retry-After` has not ended.
 */
export function withoutWait(record: ServerRecord, now: number): ServerRecord | undefined {
  const { stopped, retry, ...rest } = record;
  if (!stopped && !retry) return undefined;
  if (retry?.retryAfter !== undefined && Date.parse(retry.retryAfter) > now) return undefined;
  return { ...rest, ...(stopped && { stopped: { ...stopped, key: noKey } }) };
}

/** The same for a connection's backoff. The time since when it fails is kept. */
export function withoutConnectionWait(retry: Retry | undefined, now: number): Retry | undefined {
  if (!retry || (retry.retryAfter !== undefined && Date.parse(retry.retryAfter) > now))
    return retry;
  return { ...retry, notBefore: new Date(now).toISOString(), key: noKey };
}

/** When a failing server is tried again, and what makes unattended passes try sooner. */
export interface NextAttempt {
  /** The time when unattended passes try it again. */
  readonly nextAttempt?: Time;
  /** A text: what makes them try at once. */
  readonly atOnce?: string;
}

const changes = 'a change of its declaration, secrets, policy or sign-in';

/** What plans, reports and status show for a server with this outcome and record. */
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

/** The same for a connection that fails, and since when it does. */
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
