import type { Reason, ServerRecord } from '../../model/ledger.types.ts';
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

/** Concurrent ledger writes: enough to hide their latency without overloading the table. */
const writesAtOnce = 10;

/** What a plan found about the servers to which nothing is sent, and what of that is not in the ledger yet. */
export interface Findings {
  readonly others: readonly PlannedServer[];
  /** Records with new baselines, outcomes or failed reads. */
  readonly news: readonly ServerRecord[];
  /** Records of servers that are no longer declared. */
  readonly gone: readonly ServerRecord[];
}

/** @param sending - ids of servers that apply changes, whose records are written with the result */
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

/** Adds what was found about servers to which nothing is sent to the tally. */
export function tallyFindings({ others }: Findings, tally: Tally): void {
  for (const finding of others) {
    const { id, outcome, reason } = finding;
    tally.found(id, { outcome, ...labelOf({ server: finding }), ...(reason && { reason }) });
  }
}

/**
 * Writes what the plan found about the servers to which nothing is sent, and removes records of servers that are no
 * longer declared. If all are in sync, it writes nothing.
 *
 * @param sending - ids of servers that apply changes, whose records are written with the result
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
    const before = read.servers.get(finding.id);
    if (before?.outcome !== finding.outcome || isForPerson(before.reason, finding)) {
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
  message: 'the guard holds its change until it is approved',
};

/**
 * The outcome of a server to which nothing is sent: `reported` if the user was not shown the change, or `held` with the
 * reason.
 */
function asLeft(finding: PlannedServer): PlannedServer {
  if (isSent(finding.outcome)) return { ...finding, outcome: 'reported' };
  return finding.outcome === 'held' ? { ...finding, reason: heldReason } : finding;
}

/** Whether a server was unsure before, and now also needs a person. */
function isForPerson(before: Reason | undefined, { outcome, reason }: PlannedServer): boolean {
  const code = 'may-be-anothers';
  return outcome === 'unsure' && reason?.code === code && before?.code !== code;
}

/**
 * Publishes new states of servers to which nothing is sent: drift that is not corrected, a read that failed
 * permanently, a refused field, or a request of a process that died.
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
  if (reason && outcome === 'unsure' && reason.code !== 'already-gone') {
    tally.events.push({ type: 'Server Unsure', ...about, reason });
  }
}
