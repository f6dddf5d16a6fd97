import type { PassReport } from '../../../model/ledger.types.ts';
import { askForPass } from '../../../pass/acts/ask.ts';
import type { Dependencies } from '../../../pass/dependencies.types.ts';
import type { LeaseItem } from '../../../lease/lease-item.ts';

/** How a pass that was asked for is waited for. */
export interface FollowOptions {
  /** Who asks, for the history. */
  readonly by: string;
  readonly stop: AbortSignal;
  readonly timeoutMs: number;
  /** Milliseconds between two looks at the ledger. */
  readonly everyMs: number;
  /** Told once the functions were asked. */
  readonly asked?: () => void;
  /** Called after each look with the process that reconciles the connection, if there is one. */
  readonly looked?: (holder: string | undefined) => void;
}

type Stores = Pick<Dependencies, 'ledger' | 'lease' | 'queue' | 'clock'>;

/**
 * Asks the deployed functions for a pass, and waits for its report: that of a pass over the whole connection which began
 * after it was asked for. Clocks do not show it, since a laptop's may be ahead; the lease shows it.
 *
 * | the lease was, when asked | and is now                        | the last report            |
 * |---------------------------|-----------------------------------|----------------------------|
 * | free                      | whatever                          | is of a pass that began since |
 * | held                      | free, of a later epoch            | the same                   |
 * | held                      | free, with more knocks            | the same: they were served |
 * | held                      | free, the rest as it was          | is of what was under way   |
 * | held                      | held                              | may be of either: wait     |
 *
 * @returns undefined if no report came in time, or if it was stopped
 * @throws StoreError, code `no-queue`, where there are no functions to ask
 */
export async function askAndFollow(
  connection: string,
  stores: Stores,
  { by, stop, timeoutMs, everyMs, asked, looked }: FollowOptions,
): Promise<PassReport | undefined> {
  const { ledger, lease, clock } = stores;
  const then = await lease.read(connection);
  const next = reportsAfter(connection, ledger, await ledger.lastReport(connection));
  const askedAt = clock.now();
  await askForPass(connection, by, stores);
  asked?.();
  let isSettled = then?.owner === undefined;
  let suspect: PassReport | undefined;
  while (!stop.aborted && clock.now() - askedAt < timeoutMs) {
    // oxlint-disable-next-line no-await-in-loop
    await clock.sleep(everyMs, stop);
    // Before the report: read after it, the lease could be newer than the report.
    // oxlint-disable-next-line no-await-in-loop
    const now = await lease.read(connection);
    // oxlint-disable-next-line no-await-in-loop
    const { report, isLast } = await next();
    const wasSettled = isSettled;
    isSettled ||= hasBegunSince(then, now);
    if (report && isSettled && report.pass !== suspect?.pass) {
      if (wasSettled || isLast) return report;
      // What came after it was for named servers: it may be of what was under way.
      suspect = report;
    }
    looked?.(now?.owner);
  }
  return undefined;
}

/** Whether the pass that reported last began after `then`. */
function hasBegunSince(then: LeaseItem | undefined, now: LeaseItem | undefined): boolean {
  if (!then || !now || now.owner !== undefined) return false;
  return now.epoch > then.epoch || now.knocks > then.knocks;
}

/** Gives the newest report of a whole pass after `before`: also one that passes over named servers came after. */
function reportsAfter(
  connection: string,
  ledger: Stores['ledger'],
  before: PassReport | undefined,
): () => Promise<{ readonly report: PassReport | undefined; readonly isLast: boolean }> {
  let last = before;
  let report: PassReport | undefined;
  const isNewWhole = ({ pass, scope }: PassReport) => scope === 'all' && pass !== before?.pass;
  return async () => {
    const now = await ledger.lastReport(connection);
    if (now && now.pass !== last?.pass) {
      last = now;
      const since = before && { since: before.startedAt };
      const whole = isNewWhole(now)
        ? now
        : (await ledger.reports(connection, since)).find(isNewWhole);
      report = whole ?? report;
    }
    return { report, isLast: report !== undefined && report.pass === last?.pass };
  };
}
