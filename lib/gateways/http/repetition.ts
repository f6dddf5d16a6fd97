import { isTransientStatus } from '../../model/errors/failure.ts';
import type { Random } from '../../model/runtime.types.ts';
import type { VendorErrorKind } from '../../model/errors/vendor-error.ts';

/** Maximum number of retries within an attempt. */
export const maxRepeats = 2;
const firstWaitMs = 250;
/** Longer waits are up to the caller, which stores them in the ledger and does not sleep. */
const longestWaitMs = 5_000;

/**
 * When a request may be retried: `anytime` for a request without side effects, `unsent` (only if it was not sent) for
 * one that may be applied without an answer.
 */
export type Repeatable = 'anytime' | 'unsent';

export interface FailedRequest {
  readonly kind: VendorErrorKind;
  readonly status?: number | undefined;
  readonly retryAfterMs?: number | undefined;
}

/**
 * Milliseconds to wait before a retry, or undefined for no retry. Exponential backoff from 250 ms, half of it jitter,
 * or `Retry-After` if that is longer; no retry if it is longer than 5 s.
 *
 * @param repeats - number of retries so far
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
    case 'cut':
    case 'body':
      return repeatable === 'anytime';
    case 'status':
      return repeatable === 'anytime' && isTransientStatus(status ?? 0);
    case 'timeout':
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
/** An HTTP date (RFC 9110), including the two obsolete formats. */
const httpDate = /^(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*,? /i;

/**
 * `Retry-After` in either form, seconds or an HTTP date, as milliseconds from `now`. Limited to 0 to one day. Undefined
 * if it has neither form.
 */
export function parseRetryAfter(value: string | null, now: number): number | undefined {
  const text = value?.trim() ?? '';
  const ms = /^\d+$/.test(text) ? Number(text) * 1000 : millisecondsUntil(text, now);
  return Number.isNaN(ms) ? undefined : Math.min(Math.max(ms, 0), dayMs);
}

function millisecondsUntil(text: string, now: number): number {
  if (!httpDate.test(text)) return Number.NaN;
  // The asctime format has no time zone, and is UTC too.
  return Date.parse(text.endsWith('GMT') ? text : `${text} GMT`) - now;
}
