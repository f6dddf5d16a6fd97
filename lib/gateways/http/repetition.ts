import type { Random } from '../../reconcile/ports/runtime.ts';
import type { VendorErrorKind } from '../../reconcile/ports/vendor-error.ts';

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
      return repeatable === 'anytime' && isTransient(status ?? 0);
    case 'tls':
    case 'redirect':
    case 'host':
    case 'token':
    case 'needs-login':
    case 'aborted':
      return false;
  }
}

/** Not 501 and 505: what the vendor does not implement, it will not a moment later [doc, Barndoor's own client]. */
function isTransient(status: number): boolean {
  if (status === 408 || status === 429) return true;
  return status >= 500 && status !== 501 && status !== 505;
}
