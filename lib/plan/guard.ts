import type { Limits } from '../model/desired.types.ts';
import { planDigest } from './diff/change.ts';
import { guardedCauses, isSent } from '../model/outcome.ts';
import type { Cause } from '../model/outcome.ts';
import type { FieldChange, GuardState, PlannedServer } from './plan.types.ts';

/** What the guard decides by. */
export interface GuardInputs {
  readonly limits: Limits;
  /** Servers declared in the connection, whatever the scope of the pass. */
  readonly declared: number;
  /** Servers in the ledger: those for which Trueup applied or verified a declaration. */
  readonly known: number;
  /** The largest number of servers that the ledger ever had: a guarded connection stays guarded when rows are removed. */
  readonly mostKnown: number;
  /** Servers that the guard counted as changed in the last hour. */
  readonly changedLastHour: number;
  /** Whether a server is among them: each counts at most once an hour. */
  readonly isCounted: (id: string) => boolean;
  /** Servers created in the last hour. */
  readonly createdLastHour: number;
  /** Hashes of approved changes. */
  readonly approved: ReadonlySet<string>;
  /** For plans: whether changes in mode `report` are marked as held if the guard would hold them. Defaults to false. */
  readonly marksReported?: boolean;
}

/** Whether the guard counts a change: rotations, re-assertions, resends and approved changes do not count. */
export function isGuarded(change: FieldChange, approved: ReadonlySet<string>): boolean {
  return guardedCauses.has(change.cause) && !approved.has(change.hash);
}

/** Whether it has a change of a kind that the guard counts, approved or not. */
export function hasGuardedCause({ changes }: Pick<PlannedServer, 'changes'>): boolean {
  return changes.some(({ cause }) => guardedCauses.has(cause));
}

/**
 * The number that a share is computed from: the smaller one, so that adding rows does not raise the limit for their own
 * changes.
 */
export function baseOf({ declared, known = declared }: Pick<GuardState, 'declared' | 'known'>) {
  return Math.min(declared, known);
}

/** The number that is compared with the minimum: the larger one, so that removing rows does not turn the guard off. */
export function sizeOf({ declared, known = declared }: Pick<GuardState, 'declared' | 'known'>) {
  return Math.max(declared, known);
}

/** The share of servers that change within an hour, if `added` more are changed. */
export function shareOf(
  state: Pick<GuardState, 'declared' | 'known' | 'changedLastHour'>,
  changing: number,
): number {
  const base = baseOf(state);
  return base === 0 ? 0 : (state.changedLastHour + changing) / base;
}

/** Whether the share is over the limit. A limit of 100% holds nothing. */
export function isOver({ share, limit }: Pick<GuardState, 'share' | 'limit'>): boolean {
  return limit < 1 && share > limit;
}

/**
 * Runs before anything is written: if this plan, together with the changes of the last hour, would change a larger
 * share of the servers than the limit, its guarded changes are held, and the rest continues. Counting per hour means
 * that a change of a thousand servers is held even if it arrives in small batches.
 *
 * Changes of servers in mode `report`, which only a user's command sends, are counted on top of the others: if only
 * they exceed the limit, only they are held. A plan marks them the same way, whether they are sent or not.
 *
 * New servers have their own limit, `limits.creates`. A deletion is always held until it is approved.
 */
export function guard(
  servers: readonly PlannedServer[],
  inputs: GuardInputs,
): { readonly servers: readonly PlannedServer[]; readonly state: GuardState } {
  const { limits, declared, changedLastHour, approved, isCounted, marksReported = false } = inputs;
  const counts = ({ changes }: PlannedServer) =>
    changes.some((change) => isGuarded(change, approved));
  const unattended: PlannedServer[] = [];
  const asked: PlannedServer[] = [];
  let [changing, changingAsked, reported, passed] = [0, 0, 0, 0];
  for (const server of servers) {
    const { id, mode, outcome } = server;
    if (isLifecycleChange(server)) continue;
    if (outcome !== 'updated' && outcome !== 'reported') continue;
    const isAsked = mode === 'report' || outcome === 'reported';
    if (counts(server)) {
      if (!isAsked) unattended.push(server);
      else if (outcome === 'updated' || marksReported) asked.push(server);
      if (isCounted(id)) continue;
      if (outcome === 'reported') reported += 1;
      else if (isAsked) changingAsked += 1;
      else changing += 1;
    } else if (!isCounted(id) && hasGuardedCause(server)) {
      passed += 1;
    }
  }
  const size = { declared, ...(inputs.known > 0 && { known: inputs.known }) };
  const shareWith = (changed: number) => shareOf({ ...size, changedLastHour }, changed);
  const active = Math.max(sizeOf(size), inputs.mostKnown) >= limits.minimum;
  const holds = (changed: number) =>
    active && isOver({ share: shareWith(changed), limit: limits.updates });
  const changed = changing + changingAsked;
  const creates = servers.filter((server) => isCreate(server) && isSentOr(server, marksReported));
  const toCreate = creates.filter((server) => isUnapproved(server, approved));
  const creating = { lastHour: inputs.createdLastHour, creating: toCreate.length };
  const state: GuardState = {
    active,
    ...size,
    changedLastHour,
    changing: changed,
    ...(reported > 0 && { reported }),
    ...(passed > 0 && { approved: passed }),
    share: shareWith(changed),
    limit: limits.updates,
    minimum: limits.minimum,
    ...(creates.length > 0 && { creates: { ...creating, limit: limits.creates } }),
  };
  const toDelete = servers.filter(
    (server) =>
      isDelete(server) && isSentOr(server, marksReported) && isUnapproved(server, approved),
  );
  const toHold = new Set([
    ...(creating.lastHour + creating.creating > limits.creates ? toCreate : []),
    ...toDelete,
    ...(holds(changing) ? unattended : []),
    ...(holds(changed + (marksReported ? reported : 0)) ? asked : []),
  ]);
  if (toHold.size === 0) return { servers, state };
  const held = servers.map((server) => (toHold.has(server) ? hold(server, approved) : server));
  return { servers: held, state: { ...state, held: planDigest(heldHashes(held)) } };
}

/**
 * Causes that are held with the rest: a field that is only sent together with another one, and the creation or deletion
 * of a whole server.
 */
const isHeldAsWell: ReadonlySet<Cause> = new Set(['together', 'create', 'delete']);

function isCreate({ changes }: Pick<PlannedServer, 'changes'>): boolean {
  return changes.some(({ cause }) => cause === 'create');
}

function isDelete({ changes }: Pick<PlannedServer, 'changes'>): boolean {
  return changes.some(({ cause }) => cause === 'delete');
}

/** Whether the server itself is created or deleted, which has its own limits. */
export function isLifecycleChange(server: Pick<PlannedServer, 'changes'>): boolean {
  return isCreate(server) || isDelete(server);
}

const isSentOr = ({ outcome }: PlannedServer, reported: boolean) =>
  isSent(outcome) || (reported && outcome === 'reported');

/** Only all changes of a created or deleted server can be approved, never a part of them. */
const isUnapproved = ({ changes }: PlannedServer, approved: ReadonlySet<string>) =>
  changes.some(({ hash }) => !approved.has(hash));

function hold(server: PlannedServer, approved: ReadonlySet<string>): PlannedServer {
  const changes = server.changes.map((change) => ({
    ...change,
    held:
      !approved.has(change.hash) && (isGuarded(change, approved) || isHeldAsWell.has(change.cause)),
  }));
  return { ...server, outcome: server.outcome === 'reported' ? 'reported' : 'held', changes };
}

/** Hashes of the held changes, which an approval lists. */
export function heldHashes(servers: readonly PlannedServer[]): readonly string[] {
  return servers.flatMap(({ changes }) =>
    changes.filter(({ held }) => held).map(({ hash }) => hash),
  );
}
