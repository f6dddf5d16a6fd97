import type { PassReport } from '../../../model/ledger.types.ts';
import { askForPass } from '../../../pass/acts/ask.ts';
import type { Dependencies } from '../../../pass/dependencies.types.ts';
import type { LeaseItem } from '../../../lease/lease-item.ts';

/** How to wait for the requested pass. */
export interface FollowOptions {
  /** Who requests it, for the history. */
  readonly by: string;
  readonly stop: AbortSignal;
  readonly timeoutMs: number;
  /** Milliseconds between two reads of the ledger. */
  readonly everyMs: number;
  /** Called once the pass was requested. */
  readonly asked?: () => void;
  /** Called after each read with the owner of the lease, if there is one. */
  readonly looked?: (holder: string | undefined) => void;
}

type Stores = Pick<Dependencies, 'ledger' | 'lease' | 'queue' | 'clock'>;

/**
 * Requests a pass from the deployed functions, and waits for the report of a pass over the whole connection that
 * started after the request. Times cannot show that, because the clock of a laptop may be wrong, so the lease is used:
 *
 * | the lease when requested  | and now                           | the last report |
 * |---------------------------|-----------------------------------|----------------------------|
 * | free                      | any                               | is of a pass that started since |
 * | held                      | free, of a later epoch            | the same                   |
 * | held                      | free, with more knocks            | the same: they were served |
 * | held                      | free, otherwise unchanged         | is of the earlier pass |
 * | held                      | held                              | may be of either, so wait |
 *
 * @returns undefined if there was no report in time, or if it was stopped
 * @throws StoreError, code `no-queue`, if there are no functions
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
    // Read before the report; otherwise the lease could be newer than the report. oxlint-disable-next-line
    // no-await-in-loop
    const now = await lease.read(connection);
    // oxlint-disable-next-line no-await-in-loop
    const { report, isLast } = await next();
    const wasSettled = isSettled;
    isSettled ||= hasBegunSince(then, now);
    if (report && isSettled && report.pass !== suspect?.pass) {
      if (wasSettled || isLast) return report;
      // Later reports were for named servers, so this one may be of the earlier pass.
      suspect = report;
    }
    looked?.(now?.owner);
  }
  return undefined;
}

/** Whether the pass of the last report started after `then`. */
function hasBegunSince(then: LeaseItem | undefined, now: LeaseItem | undefined): boolean {
  if (!then || !now || now.owner !== undefined) return false;
  return now.epoch > then.epoch || now.knocks > then.knocks;
}

/** Returns the newest report of a full pass after `before`, even if passes over named servers followed. */
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
