import {
  guard as guardChanges,
  hasGuardedCause,
  heldHashes,
  isLifecycleChange,
} from '../plan/guard.ts';
import { isSent } from '../model/outcome.ts';
import { assemblePlan } from '../plan/fleet-plan.ts';
import type { Plan, PlannedServer } from '../plan/plan.types.ts';
import { changedInWindow, isInWindow } from '../lease/change-window.ts';
import type { Dependencies } from './dependencies.types.ts';
import type { LeaseSave } from '../lease/lease-item.ts';
import type { LedgerState } from '../ledger/ledger.types.ts';
import type { Pass } from './pass.types.ts';
import type { Wanted } from './plan.ts';
import type { Readings } from './read/readings.types.ts';
import type { PassRequest } from './request.types.ts';

/** The part of a plan that a pass may apply. */
export interface Allowed extends Wanted {
  readonly plan: Plan;
  /** The servers in scope that are not `quiet`, with the guard's decision. */
  readonly planned: readonly PlannedServer[];
  /** Hashes of changes that were approved. */
  readonly approved: ReadonlySet<string>;
  /** Digest of the approval that allows a change, by the change's hash. */
  readonly approvals: ReadonlyMap<string, string>;
}

/**
 * Decides which changes are held, before anything is written.
 *
 * @param saved - from the lease item: the guard's count of the last hour, and the number of servers in the ledger
 * @param countReported - whether changes in mode `report` are guarded too, for a user who may apply them
 * @throws StoreError if there is something to guard and approvals could not be read
 */
export async function guard(
  wanted: Wanted,
  { desired, ledger, live }: Readings,
  saved: Pick<LeaseSave, 'window' | 'creates' | 'known' | 'mostKnown'>,
  request: PassRequest,
  deps: Dependencies,
  countReported = false,
): Promise<Allowed> {
  const { servers, quiet, unreadable, now } = wanted;
  const { connection, provider } = desired;
  const findings = [...servers.values()].map(({ planned }) => planned);
  const toGuard = findings.some(
    (server) =>
      (isSent(server.outcome) || (server.outcome === 'reported' && countReported)) &&
      (hasGuardedCause(server) || isLifecycleChange(server)),
  );
  const isWhole = request.servers === undefined;
  const [approvals, declared] = toGuard
    ? await Promise.all([
        approvalsByHash(connection.name, now, deps),
        isWhole ? desired.servers.size : deps.desired.countServers(connection.name),
      ])
    : [new Map<string, string>(), desired.servers.size];
  const confirmed = toGuard && request.attended?.approved ? [...request.attended.shown] : [];
  const approved = new Set([...approvals.keys(), ...confirmed]);
  const guarded = guardChanges(findings, {
    limits: connection.policy.limits,
    declared,
    known: isWhole ? knownIn(ledger) : (saved.known ?? 0),
    mostKnown: saved.mostKnown ?? 0,
    changedLastHour: changedInWindow(saved.window, now),
    createdLastHour: changedInWindow(saved.creates ?? [], now),
    isCounted: (id) => isInWindow(ledger.servers.get(id)?.countedAt, now),
    approved,
    marksReported: countReported,
  });
  const planned = [
    ...guarded.servers,
    ...[...unreadable.values()].map((server) => server.planned),
  ].toSorted((a, b) => (a.id < b.id ? -1 : 1));
  const about = { connection: connection.name, provider: provider.name };
  const undeclared = live.undeclared ?? { count: 0, first: [] };
  const plan = assemblePlan(about, { servers: planned, quiet }, undeclared, guarded.state);
  return { ...wanted, plan, planned, approved, approvals };
}

/**
 * Number of servers for which Trueup has applied or verified a declaration, including those that are no longer
 * declared.
 */
export function knownIn({ servers }: LedgerState): number {
  return servers
    .values()
    .filter(({ contentHash }) => contentHash !== undefined)
    .toArray().length;
}

/** Digests of approvals, by the hashes of the changes that they allow. */
async function approvalsByHash(
  connection: string,
  now: number,
  { ledger }: Dependencies,
): Promise<ReadonlyMap<string, string>> {
  const approvals = await ledger.approvals(connection, now);
  return new Map(
    approvals.flatMap(({ digest, hashes }) => hashes.map((hash) => [hash, digest] as const)),
  );
}

/** Records and publishes what the guard holds, once for each digest. @throws StoreError */
export async function recordHeld(
  { plan, now }: Allowed,
  { deps: { ledger }, tally }: Pick<Pass, 'deps' | 'tally'>,
): Promise<void> {
  const { connection, guard: state } = plan;
  const digest = state.held;
  if (digest === undefined) return;
  const hashes = heldHashes(plan.changes);
  const at = new Date(now).toISOString();
  if (!(await ledger.putHeld(connection, { digest, at, plan, hashes }))) return;
  tally.written += 1;
  tally.events.push({ type: 'Plan Held', connection, pass: tally.id, digest, guard: state });
}
