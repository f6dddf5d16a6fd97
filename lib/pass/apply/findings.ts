import type { ServerRecord } from '../../model/ledger.types.ts';
import { eachLimited } from '../limited.ts';
import type { PlannedServer } from '../../plan/plan.types.ts';
import { isSent } from '../../model/outcome.ts';
import { notedRecord } from '../../plan/server-plan.ts';
import type { Declared } from '../../plan/server-plan.types.ts';
import type { Allowed } from '../guard.ts';
import type { Pass } from '../pass.types.ts';
import type { Readings, Tables } from '../read/readings.types.ts';
import { labelOf } from '../tally.ts';
import type { Tally } from '../tally.ts';

/** Ledger writes at a time: enough to hide their latency, few enough to be polite. */
const writesAtOnce = 10;

/** What a plan found of the servers to which nothing is sent, and what of that the ledger does not say yet. */
export interface Findings {
  readonly others: readonly PlannedServer[];
  /** Baselines, other outcomes, failed reads. */
  readonly news: readonly ServerRecord[];
  /** Of servers that are no longer declared. */
  readonly gone: readonly ServerRecord[];
}

/** @param sending - ids that apply works on: they are written with its result */
export function findingsOf(
  allowed: Allowed,
  { desired, ledger }: Tables,
  sending: ReadonlySet<string>,
): Findings {
  const others = allowed.planned.filter(({ id }) => !sending.has(id)).map(asLeft);
  const news = others.flatMap((finding): readonly ServerRecord[] => {
    const { id } = finding;
    const unreadable = allowed.unreadable.get(id);
    if (unreadable) return unreadable.record ? [unreadable.record] : [];
    const server = allowed.servers.get(id);
    const declared = desired.servers.get(id) as Declared;
    const record = server && notedRecord({ ...server, planned: finding }, declared, allowed.now);
    return record ? [record] : [];
  });
  const gone = [...ledger.servers.values()].filter(({ id }) => !desired.servers.has(id));
  return { others, news, gone };
}

/** Notes in the tally what was found of servers to which nothing is sent. */
export function tallyFindings({ others }: Findings, tally: Tally): void {
  for (const finding of others) {
    const { id, outcome, reason } = finding;
    tally.found(id, { outcome, ...labelOf({ server: finding }), ...(reason && { reason }) });
  }
}

/**
 * Writes what the plan found of the servers to which nothing is sent, and forgets those that are no longer declared. In sync
 * it writes nothing.
 *
 * @param sending - ids that apply works on: they are written with its result
 * @throws StoreError or LostUpdateError if the ledger cannot be written, InterruptedError unless the lease is owned
 */
export async function recordFindings(
  allowed: Allowed,
  { desired, ledger: read }: Readings,
  sending: ReadonlySet<string>,
  { deps: { ledger }, lease, tally }: Pass,
): Promise<void> {
  const connection = desired.connection.name;
  const findings = findingsOf(allowed, { desired, ledger: read }, sending);
  const { others, news, gone } = findings;
  for (const finding of others) {
    if (read.servers.get(finding.id)?.outcome !== finding.outcome) {
      announce(connection, tally, finding);
    }
  }
  tallyFindings(findings, tally);
  await eachLimited(news, writesAtOnce, async (record) => {
    lease.assertOwned(0);
    await ledger.writeServer(connection, record);
    tally.wrote(record, read.servers.get(record.id));
  });
  await eachLimited(gone, writesAtOnce, async (record) => {
    lease.assertOwned(0);
    await ledger.forgetServer(connection, record);
    tally.written += 1;
  });
}

export const heldReason = {
  code: 'held',
  message: 'the guard holds a change of it until it is approved',
};

/** A server to which nothing is sent: what a person was not shown is listed as reported, what is held says why. */
function asLeft(finding: PlannedServer): PlannedServer {
  if (isSent(finding.outcome)) return { ...finding, outcome: 'reported' };
  return finding.outcome === 'held' ? { ...finding, reason: heldReason } : finding;
}

/**
 * What a server has newly come to without being sent anything: drift that is not corrected, a read that failed for good,
 * a vendor that is taken at its word.
 */
function announce(connection: string, tally: Tally, finding: PlannedServer): void {
  const { outcome, reason } = finding;
  const about = {
    connection,
    pass: tally.id,
    server: finding.id,
    ...labelOf({ server: finding }),
  };
  const pointers = finding.changes
    .filter(({ cause }) => cause === 'drift' || cause === 'both')
    .map(({ pointer }) => pointer);
  if (pointers.length > 0) tally.events.push({ type: 'Drift Detected', ...about, pointers });
  if (reason && (outcome === 'failed' || outcome === 'refused')) {
    tally.events.push({ type: 'Update Failed', ...about, outcome, reason });
  }
}
