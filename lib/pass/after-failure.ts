import { backoffMs } from '../model/backoff.ts';
import { classifyFailure } from '../model/errors/failure.ts';
import type { FailureClass } from '../model/errors/failure.ts';
import type { VendorError } from '../model/errors/vendor-error.ts';
import type { FieldChange } from '../plan/plan.types.ts';
import type { AttemptKey, Intent, Reason, ServerRecord } from '../model/ledger.types.ts';
import type { Outcome } from '../model/outcome.ts';
import { isSameAttempt, stoppedAgain } from '../plan/due.ts';
import { withOutcome } from '../plan/record.ts';

/** A failed attempt at one server. */
export interface AttemptFailure {
  readonly class: Exclude<FailureClass, 'connection'>;
  readonly reason: Reason;
  readonly retryAfterMs?: number | undefined;
  /** Unreadable fields whose value at the vendor is unknown, because this PUT or an earlier one may have been applied. */
  readonly unknown?: Intent | undefined;
}

/**
 * The record after a failed attempt. The wait applies only to attempts with the same `key`: a changed declaration or
 * secret is tried at once.
 *
 * | class              | outcome   | next unattended attempt |
 * |--------------------|-----------|--------------|
 * | terminal, conflict | `failed`  | after an hour, doubling to a day |
 * | missing            | `missing` | when the list shows it |
 * | transient          | `waiting` | after a minute, doubling to an hour, and after a `Retry-After` |
 *
 * `isDue` decides which attempts do not wait.
 */
export function afterFailure(
  record: ServerRecord,
  failure: AttemptFailure,
  key: AttemptKey,
  now: number,
  random: number,
): ServerRecord {
  const { reason } = failure;
  const unknown = { intent: failure.unknown };
  const iso = (time: number) => new Date(time).toISOString();
  switch (failure.class) {
    case 'terminal':
    case 'conflict':
      return withOutcome(record, 'failed', now, {
        reason,
        stopped: stoppedAgain(record.stopped, 'failed', key, now),
        retry: undefined,
        ...unknown,
      });
    case 'missing':
      return withOutcome(record, 'missing', now, { reason, retry: undefined, ...unknown });
    case 'transient': {
      const { retry } = record;
      const attempts = (retry && isSameAttempt(retry, key) ? retry.attempts : 0) + 1;
      const { retryAfterMs } = failure;
      const notBefore = iso(now + backoffMs(attempts, random, retryAfterMs));
      const retryAfter = retryAfterMs === undefined ? {} : { retryAfter: iso(now + retryAfterMs) };
      return withOutcome(record, 'waiting', now, {
        reason,
        retry: { attempts, notBefore, ...key, ...retryAfter },
        ...unknown,
      });
    }
  }
}

/** The outcome after the failure, for the report. */
export function outcomeOfFailure(failure: AttemptFailure['class']): Outcome {
  switch (failure) {
    case 'terminal':
    case 'conflict':
      return 'failed';
    case 'missing':
      return 'missing';
    case 'transient':
      return 'waiting';
  }
}

/** Some gateways answer 400 if a value is taken; like after a 409, it may be free later. */
export function classOf(error: VendorError, changes: readonly FieldChange[]): FailureClass {
  const isTaken = changes.some(({ takenBy }) => takenBy !== undefined);
  const { status } = error;
  return isTaken && (status === 400 || status === 422) ? 'conflict' : classifyFailure(error);
}
