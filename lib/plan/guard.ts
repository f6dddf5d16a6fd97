import type { Limits } from '../model/desired.types.ts';
import { planDigest } from './change.ts';
import { guardedCauses, isSent } from '../model/outcome.ts';
import type { Cause } from '../model/outcome.ts';
import type { FieldChange, GuardState, PlannedServer } from './plan.types.ts';

/** What the guard decides by. Times in milliseconds since the epoch. */
export interface GuardInputs {
  readonly limits: Limits;
  /** Servers declared in the connection, whatever the scope of the pass. */
  readonly declared: number;
  /** Servers that the ledger knows: Trueup has applied or verified a declaration of theirs. */
  readonly known: number;
  /** The most servers that it ever knew: a connection that was guarded once stays so, however its rows are dropped. */
  readonly mostKnown: number;
  /** Servers that the guard counted as changed in the last hour. */
  readonly changedLastHour: number;
  /** Whether a server is among them: it counts once an hour. */
  readonly isCounted: (id: string) => boolean;
  /** Servers created in the last hour. */
  readonly createdLastHour: number;
  /** Hashes of approved changes. */
  readonly approved: ReadonlySet<string>;
  /** Whether what is only reported is marked where it would be held if it were sent: for a plan. Defaults to false. */
  readonly marksReported?: boolean;
}

/** A change that the guard counts: not a rotation, a re-assertion or a resend, and not approved. */
export function isGuarded(change: FieldChange, approved: ReadonlySet<string>): boolean {
  return guardedCauses.has(change.cause) && !approved.has(change.hash);
}

/** Whether something of it is of a kind that the guard counts, approved or not. */
export function hasGuardedCause({ changes }: Pick<PlannedServer, 'changes'>): boolean {
  return changes.some(({ cause }) => guardedCauses.has(cause));
}

/** What a share is of: the smaller figure, so that no push of rows makes room for its own changes. */
export function baseOf({ declared, known = declared }: Pick<GuardState, 'declared' | 'known'>) {
  return Math.min(declared, known);
}

/** What is held against the minimum: the larger figure, so that no removal of rows switches the guard off. */
export function sizeOf({ declared, known = declared }: Pick<GuardState, 'declared' | 'known'>) {
  return Math.max(declared, known);
}

/** The share of servers that change within an hour, if so many are added to those of before. */
export function shareOf(
  state: Pick<GuardState, 'declared' | 'known' | 'changedLastHour'>,
  changing: number,
): number {
  const base = baseOf(state);
  return base === 0 ? 0 : (state.changedLastHour + changing) / base;
}

/** Whether so large a share is held. A limit of 100% holds nothing. */
export function isOver({ share, limit }: Pick<GuardState, 'share' | 'limit'>): boolean {
  return limit < 1 && share > limit;
}

/**
 * Refuses before anything is written: if this plan, with what was changed in the last hour, would change more than
 * the limit's share of the servers, its guarded changes are held, and the rest goes on. Whatever the size of
 * the batches it comes in, a change of a thousand servers is a change of a thousand.
 *
 * What is sent to servers of mode `report`, because a person asks, comes on top of what any pass would send: it alone is held
 * where the rest is within the limit. So a plan shows what would be held of it, whether it is sent or not.
 *
 * New servers have a limit of their own, `limits.creates`. A deletion is held until it is approved, always.
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
    if (isComingOrGoing(server)) continue;
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

/** What is sent only because another field changes waits with it, and a server comes or goes as a whole. */
const isHeldAsWell: ReadonlySet<Cause> = new Set(['together', 'create', 'delete']);

function isCreate({ changes }: Pick<PlannedServer, 'changes'>): boolean {
  return changes.some(({ cause }) => cause === 'create');
}

function isDelete({ changes }: Pick<PlannedServer, 'changes'>): boolean {
  return changes.some(({ cause }) => cause === 'delete');
}

/** Whether the server itself comes or goes: it has limits of its own. */
export function isComingOrGoing(server: Pick<PlannedServer, 'changes'>): boolean {
  return isCreate(server) || isDelete(server);
}

const isSentOr = ({ outcome }: PlannedServer, reported: boolean) =>
  isSent(outcome) || (reported && outcome === 'reported');

/** An approval is of a whole server, and never of a part of it. */
const isUnapproved = ({ changes }: PlannedServer, approved: ReadonlySet<string>) =>
  changes.some(({ hash }) => !approved.has(hash));

/** Waits with what it belongs to. */
function hold(server: PlannedServer, approved: ReadonlySet<string>): PlannedServer {
  const changes = server.changes.map((change) => ({
    ...change,
    held:
      !approved.has(change.hash) && (isGuarded(change, approved) || isHeldAsWell.has(change.cause)),
  }));
  return { ...server, outcome: server.outcome === 'reported' ? 'reported' : 'held', changes };
}

/** Hashes of the held changes: what an approval of them permits. */
export function heldHashes(servers: readonly PlannedServer[]): readonly string[] {
  return servers.flatMap(({ changes }) =>
    changes.filter(({ held }) => held).map(({ hash }) => hash),
  );
}
