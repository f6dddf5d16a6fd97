import type { ServerRecord } from '../../core/ledger.types.ts';
import type { PlannedServer } from '../../core/plan.types.ts';
import type { Declared } from '../../core/plan-server.ts';
import { notedRecord } from '../../core/plan-server.ts';
import { heldReason, labelOf } from './record-result.ts';
import { eachLimited } from '../../core/limited.ts';
import type { Lease } from '../../lease/lease.ts';
import type { PassState } from '../tally.ts';
import type { PassPlan } from '../plan.ts';
import type { Ledger, LedgerState } from '../../reconcile/ports/ledger.ts';
import type { DesiredState } from '../read/desired.ts';

export interface NoteContext {
  readonly ledger: Ledger;
  readonly lease: Lease;
  readonly state: PassState;
}

/** Ledger writes at a time: enough to hide their latency, few enough to be polite. */
const writesAtOnce = 10;

/**
 * Writes what the plan found out of the servers to which nothing is sent: baselines, other outcomes, failed reads;
 * and forgets servers that are no longer declared. In sync it writes nothing.
 *
 * @param sending - ids that apply works on: they are written with its result
 * @throws StoreError or LostUpdateError if the ledger cannot be written, InterruptedError if the lease is over
 */
export async function noteFindings(
  { ledger, lease, state }: NoteContext,
  ledgerState: LedgerState,
  desired: DesiredState,
  plan: PassPlan,
  sending: ReadonlySet<string>,
  now: number,
): Promise<void> {
  const connection = desired.connection.name;
  state.quiet = plan.quiet;
  const quiet = plan.planned.filter(({ id }) => !sending.has(id)).map(asLeft);
  const news = quiet.flatMap((finding): readonly ServerRecord[] => {
    if (ledgerState.servers.get(finding.id)?.outcome !== finding.outcome) announce(state, finding);
    state.found(finding.id, {
      outcome: finding.outcome,
      ...labelOf({ server: finding }),
      ...(finding.reason && { reason: finding.reason }),
    });
    const unread = plan.unread.get(finding.id);
    if (unread) return unread.record ? [unread.record] : [];
    const server = plan.servers.get(finding.id);
    const declared = desired.servers.get(finding.id) as Declared;
    const record = server && notedRecord({ ...server, planned: finding }, declared, now);
    return record ? [record] : [];
  });
  await eachLimited(news, writesAtOnce, async (record) => {
    lease.assertOwned(0);
    await ledger.writeServer(connection, record);
    state.wrote(record, ledgerState.servers.get(record.id));
  });
  const gone = [...ledgerState.servers].filter(([id]) => !desired.servers.has(id));
  await eachLimited(gone, writesAtOnce, async ([, record]) => {
    lease.assertOwned(0);
    await ledger.forgetServer(connection, record);
    state.written += 1;
  });
}

/** A server of which nothing is sent: what a person was not shown is listed as reported, what is held says why. */
function asLeft(finding: PlannedServer): PlannedServer {
  if (finding.outcome === 'updated') return { ...finding, outcome: 'reported' };
  return finding.outcome === 'held' ? { ...finding, reason: heldReason } : finding;
}

/**
 * What a server has newly come to without being sent anything: drift that is not corrected, a read that failed for good,
 * a vendor that is taken at its word.
 */
function announce(state: PassState, finding: PlannedServer): void {
  const { outcome, reason } = finding;
  const about = {
    connection: state.request.connection,
    pass: state.id,
    server: finding.id,
    ...labelOf({ server: finding }),
  };
  const pointers = finding.changes
    .filter(({ cause }) => cause === 'drift' || cause === 'both')
    .map(({ pointer }) => pointer);
  if (pointers.length > 0) state.events.push({ type: 'Drift Detected', ...about, pointers });
  if (reason && (outcome === 'failed' || outcome === 'refused')) {
    state.events.push({ type: 'Update Failed', ...about, outcome, reason });
  }
}
