import type { PassReport } from '../core/ledger.types.ts';
import type { Dependencies } from '../reconcile/dependencies.types.ts';
import type { PassState } from './tally.ts';
import { StoreError } from '../model/store-error.ts';
import { sendRetries } from './queue-rest.ts';

/**
 * The last step: the report is written, logged and announced, and what is to be tried again goes to the queue. A bus or
 * a queue that fails never fails a pass.
 */
export async function finishPass(
  deps: Pick<Dependencies, 'ledger' | 'announcer' | 'queue' | 'clock' | 'log'>,
  state: PassState,
): Promise<PassReport> {
  const { ledger, announcer, clock, log } = deps;
  const report = state.report(clock.now());
  const didSomething = state.written > 0 || report.counts.updated > 0;
  await ledger.putReport(report.connection, report, didSomething);
  const { pass, connection, trigger } = report;
  const lines = log.child({ connection, pass, trigger });
  const { details: _details, ...figures } = report;
  lines.info('pass completed', figures);
  if (report.reason) {
    // `message` is the line's own.
    const { message, ...why } = report.reason;
    lines.warn('pass ended early', { ...why, reason: message });
  }
  const events = didSomething
    ? [...state.events, { type: 'Pass Completed' as const, report }]
    : state.events;
  try {
    if (events.length > 0) await announcer.announce(events);
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    lines.error('events not sent', { code: error.code, events: events.length });
  }
  await sendRetries(deps, state, lines);
  return report;
}
