import type { SeenDate } from '../../../model/runtime.types.ts';
import type { Check } from './check.ts';
import { skipped, unwell, well } from './check.ts';

/** How far a clock is off at least, and whose it was held against; positive: ours is ahead. */
export interface Skew {
  readonly from: string;
  readonly ms: number;
}

/**
 * The skew that the dates of each clock leave no doubt of; of several clocks, the one that agrees best with ours.
 *
 * A date names its second, and was written between the request and its answer: ours is ahead by more than
 * `sentAt - date - 1 s`, and behind by more than `date - answeredAt`.
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

/** @param marginMs - how far the clocks of two holders of a lease may be apart: half of it is each one's share */
export function clockCheck(dates: readonly SeenDate[], marginMs: number): Check {
  const what = 'clock';
  const skew = leastSkew(dates);
  if (!skew) return skipped(what, 'no answer had a date');
  const { from, ms } = skew;
  const most = marginMs / 2;
  if (ms === 0) return well(what, `agrees with that of ${from}`);
  const seconds = (Math.abs(ms) / 1000).toFixed(1);
  const found = `${seconds} s ${ms > 0 ? 'ahead of' : 'behind'} that of ${from}`;
  if (Math.abs(ms) <= most) return well(what, `${found}; ${most / 1000} s are allowed`);
  return unwell(
    what,
    `${found}; ${most / 1000} s are allowed, so that two processes never own one lease`,
    'synchronize the clock of this machine by NTP: `timedatectl set-ntp true`',
  );
}
