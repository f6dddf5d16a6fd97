import { parseConnection } from '../../desired/rules/declarations.ts';
import type { Pause, ServerRecord } from '../../model/ledger.types.ts';
import { outcomeCounts } from '../../model/outcome.ts';
import type { Outcome } from '../../model/outcome.ts';
import { activePauses, pauseOf, pauseText } from '../../model/pause.ts';
import { nextAttemptOf, nextAttemptOfConnection } from '../../plan/due.ts';
import type { Dependencies } from '../dependencies.types.ts';
import type { DesiredRow } from '../../desired/desired-store.types.ts';
import type { LeaseItem } from '../../lease/lease-item.ts';
import { causesIn, fightsIn, fightWindow, mostLooked, usedAt } from './lately.ts';
import type { ConnectionStatus, ServerStatus } from './status.types.ts';
import { serverRows } from '../read/server-rows.ts';
import type { ServerRow } from '../read/server-rows.ts';

/** The status of a connection, without requests to the vendor. @throws StoreError */
export async function readStatus(
  connection: string,
  deps: Dependencies,
): Promise<ConnectionStatus> {
  const now = deps.clock.now();
  const since = new Date(now - fightWindow).toISOString();
  const [rows, declared, ledger, report, lease, held, approvals, lately] = await Promise.all([
    deps.desired.rows(connection, []),
    serverRows(deps, connection),
    deps.ledger.read(connection),
    deps.ledger.lastReport(connection),
    deps.lease.read(connection),
    deps.ledger.heldDigests(connection),
    deps.ledger.approvals(connection, now),
    deps.ledger.history(connection, { since, limit: mostLooked }),
  ]);
  const fights = fightsIn(lately);
  const causes = causesIn(lately);
  const pauses = activePauses(ledger.pauses, now);
  const servers = declared
    .map((row) => {
      const [own, why] = [fights.get(row.id), causes.get(row.id)];
      const server = serverStatus(row, ledger.servers, pauses);
      return { ...server, ...(why && { causes: why }), ...(own && { fights: own }) };
    })
    .toSorted((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1));
  const isApproved = (digest: string) => approvals.some((one) => one.digest === digest);
  const known = servers.flatMap(({ outcome }) => (outcome === 'unseen' ? [] : [outcome]));
  return {
    connection,
    ...declaredPart(connection, rows, deps),
    state: report?.state ?? 'unseen',
    ...(report?.reason && { reason: report.reason }),
    ...nextAttemptOfConnection(lease?.retry),
    ...(report && {
      lastPass: {
        pass: report.pass,
        at: report.startedAt,
        trigger: report.trigger,
        durationMs: report.durationMs,
      },
    }),
    ...leasePart(lease, deps),
    pauses,
    // Only the plan in the last report is still held.
    held: held.filter((digest) => digest === report?.held && !isApproved(digest)),
    approved: approvals.map(({ hashes: _hashes, ...approval }) => {
      const used = usedAt(approval.digest, lately);
      return { ...approval, ...(used !== undefined && { usedAt: used }) };
    }),
    counts: { ...outcomeCounts(known), unseen: servers.length - known.length },
    ...(report?.undeclared !== undefined && { undeclared: report.undeclared }),
    servers,
  };
}

/** The outcome in the ledger may be outdated after a pause. */
export const resumedCode = 'resumed';
const resumed = {
  code: resumedCode,
  message: 'its pause has ended, and no pass has run since',
};

const nameOf = ({ label, id }: ServerStatus) => `${label ?? id}\u0000${id}`;

function serverStatus(
  { id, label, value: { generation }, stored }: ServerRow,
  records: ReadonlyMap<string, ServerRecord>,
  pauses: readonly Pause[],
): ServerStatus {
  const record = records.get(id);
  const consentUrl = stored?.binding?.consentUrl;
  const pause = pauseOf(pauses, id);
  const outcome: Outcome | 'unseen' = pause ? 'paused' : (record?.outcome ?? 'unseen');
  const since = pause ? pause.at : record?.since;
  const reason = pause
    ? { code: 'paused', message: pauseText(pause) }
    : outcome === 'paused'
      ? resumed
      : record?.reason;
  return {
    id,
    ...(label !== undefined && { label }),
    outcome,
    ...(since !== undefined && { since }),
    ...(record?.generation !== undefined && { generation: record.generation }),
    ...(typeof generation === 'number' && { declaredGeneration: generation }),
    ...nextAttemptOf(outcome, record),
    ...(reason && { reason }),
    ...(consentUrl !== undefined && { consentUrl }),
  };
}

function declaredPart(connection: string, rows: readonly DesiredRow[], deps: Dependencies) {
  const own = rows.find(({ item }) => item === 'connection');
  if (!own) return {};
  const parsed = parseConnection({ ...own.value, connection, item: own.item }, deps);
  if (!parsed.ok) return {};
  const { provider, policy } = parsed.connection;
  return { provider, mode: policy.mode };
}

function leasePart(
  item: LeaseItem | undefined,
  { clock, settings }: Pick<Dependencies, 'clock' | 'settings'>,
): Pick<ConnectionStatus, 'lease'> {
  const { owner, acquiredAt, expiresAt, hasEnded = false } = item ?? {};
  if (owner === undefined || expiresAt === undefined) return {};
  const isExpired = expiresAt < clock.now() - settings.marginMs;
  return {
    lease: {
      owner,
      state: hasEnded ? 'ended' : isExpired ? 'expired' : 'owned',
      ...(acquiredAt !== undefined && { since: new Date(acquiredAt).toISOString() }),
      expiresAt: new Date(expiresAt).toISOString(),
    },
  };
}
