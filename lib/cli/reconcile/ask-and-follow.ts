import type { PassReport } from '../../core/ledger.types.ts';
import type { Dependencies } from '../../reconcile/dependencies.types.ts';

/** How a pass that was asked for is waited for. */
export interface FollowOptions {
  readonly stop: AbortSignal;
  readonly timeoutMs: number;
  /** Milliseconds between two looks at the ledger. */
  readonly everyMs: number;
}

/** Clocks of a laptop and of a function differ by so much. */
const skewMs = 2000;

/**
 * Asks the deployed functions for a pass, and waits for its report.
 *
 * @returns undefined if there was none in time, or if it was stopped
 * @throws StoreError, code `no-queue`, where there are no functions to ask
 */
export async function askAndFollow(
  connection: string,
  { ledger, queue, clock }: Pick<Dependencies, 'ledger' | 'queue' | 'clock'>,
  { stop, timeoutMs, everyMs }: FollowOptions,
): Promise<PassReport | undefined> {
  const before = await ledger.lastReport(connection);
  const asked = clock.now();
  const dueAt = new Date(asked).toISOString();
  await queue.send([{ message: { version: 1, connection, reason: 'share', dueAt } }]);
  while (!stop.aborted && clock.now() - asked < timeoutMs) {
    // oxlint-disable-next-line no-await-in-loop
    await clock.sleep(everyMs, stop);
    // oxlint-disable-next-line no-await-in-loop
    const report = await ledger.lastReport(connection);
    // A pass that was at it already serves this one afterwards, and reports again.
    const isIt =
      report !== undefined &&
      report.pass !== before?.pass &&
      report.scope === 'all' &&
      Date.parse(report.startedAt) >= asked - skewMs;
    if (isIt) return report;
  }
  return undefined;
}
