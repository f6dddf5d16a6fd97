import type { SeenDate } from '../../../model/runtime.types.ts';
import type { Check } from './check.ts';
import { skipped, unwell, well } from './check.ts';

/** The minimum difference to another clock, and whose clock that is. Positive: this clock is ahead. */
export interface Skew {
  readonly from: string;
  readonly ms: number;
}

/**
 * The skew that the dates prove; of several clocks, the one with the smallest difference.
 *
 * A date has a precision of a second, and was written between request and answer: this clock is ahead by more than
 * `sentAt - date - 1 s`, or behind by more than `date - answeredAt`.
 */
export function leastSkew(dates: readonly SeenDate[]): Skew | undefined {
  const clocks = Map.groupBy(dates, ({ from }) => from);
  const skews = [...clocks].map(([from, seen]): Skew => {
    const ahead = Math.max(...seen.map(({ date, sentAt }) => sentAt - date - 1000));
    const behind = Math.max(...seen.map(({ date, answeredAt }) => date - answeredAt));
    return { from, ms: ahead > 0 ? ahead : behind > 0 ? -behind : 0 };
  });
  return skews.toSorted((a, b) => Math.abs(a.ms) - Math.abs(b.ms))[0];
}

/** @param marginMs - how far the clocks of two owners of a lease may differ; each may be off by half of it */
export function clockCheck(dates: readonly SeenDate[], marginMs: number): Check {
  const what = 'clock';
  const skew = leastSkew(dates);
  if (!skew) return skipped(what, 'no answer had a Date header');
  const { from, ms } = skew;
  const most = marginMs / 2;
  if (ms === 0) return well(what, `agrees with the clock of ${from}`);
  const seconds = (Math.abs(ms) / 1000).toFixed(1);
  const found = `${seconds} s ${ms > 0 ? 'ahead of' : 'behind'} the clock of ${from}`;
  if (Math.abs(ms) <= most) return well(what, `${found}; ${most / 1000} s are allowed`);
  return unwell(
    what,
    `${found}; ${most / 1000} s are allowed, so that two processes never own one lease`,
    'synchronize the clock of this machine by NTP: `timedatectl set-ntp true`',
  );
}
