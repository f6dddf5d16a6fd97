import { isTransientStatus } from '../../model/errors/failure.ts';
import type { Random } from '../../model/runtime.types.ts';
import type { VendorErrorKind } from '../../model/errors/vendor-error.ts';

/** How often one request is repeated within an attempt. */
export const maxRepeats = 2;
const firstWaitMs = 250;
/** A longer wait is the caller's: a retry is state in the ledger, not sleep. */
const longestWaitMs = 5_000;

/**
 * What may be repeated: `anytime` is a request without effect, `unsent` one that may have been applied although no
 * answer came.
 */
export type Repeatable = 'anytime' | 'unsent';

export interface FailedRequest {
  readonly kind: VendorErrorKind;
  readonly status?: number | undefined;
  readonly retryAfterMs?: number | undefined;
}

/**
 * Milliseconds to wait before the request is sent again, or undefined if it is not. Backoff from 250 ms, doubling,
 * with half of it jitter; `Retry-After` where it is longer, unless it is longer than 5 s.
 *
 * @param repeats - how often it was repeated already
 */
export function waitBeforeRepeat(
  failed: FailedRequest,
  repeatable: Repeatable,
  repeats: number,
  random: Random,
): number | undefined {
  if (repeats >= maxRepeats || !mayRepeat(failed, repeatable)) return undefined;
  const backoff = firstWaitMs * 2 ** repeats * (0.5 + random() / 2);
  const wait = Math.max(backoff, failed.retryAfterMs ?? 0);
  return wait > longestWaitMs ? undefined : Math.round(wait);
}

function mayRepeat({ kind, status }: FailedRequest, repeatable: Repeatable): boolean {
  switch (kind) {
    case 'no-route':
      return true;
    case 'timeout':
    case 'cut':
    case 'body':
      return repeatable === 'anytime';
    case 'status':
      return repeatable === 'anytime' && isTransientStatus(status ?? 0);
    case 'upstream':
    case 'conflict':
    case 'tls':
    case 'redirect':
    case 'host':
    case 'token':
    case 'needs-login':
    case 'aborted':
      return false;
  }
}

const dayMs = 24 * 60 * 60 * 1000;
/** RFC 9110's date, its two obsolete forms included. */
const httpDate = /^(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*,? /i;

/**
 * `Retry-After` in either form, seconds or an HTTP date, as milliseconds from `now`. At least 0 and at most a day,
 * whatever the vendor says. Undefined if it is neither form.
 */
export function parseRetryAfter(value: string | null, now: number): number | undefined {
  const text = value?.trim() ?? '';
  const ms = /^\d+$/.test(text) ? Number(text) * 1000 : millisecondsUntil(text, now);
  return Number.isNaN(ms) ? undefined : Math.min(Math.max(ms, 0), dayMs);
}

function millisecondsUntil(text: string, now: number): number {
  if (!httpDate.test(text)) return Number.NaN;
  // asctime's form has no zone, and means UTC as well.
  return Date.parse(text.endsWith('GMT') ? text : `${text} GMT`) - now;
}
