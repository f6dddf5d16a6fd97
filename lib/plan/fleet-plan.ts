import { planDigest } from './change.ts';
import type { FieldVerdict } from './diff.types.ts';
import { isVerifiable } from './fingerprint.ts';
import type { FingerprintKeys } from '../model/fingerprint.types.ts';
import { nothingToNote } from './fingerprint.ts';
import type { Pointer } from '../model/json/json.types.ts';
import type { AppliedField, ServerRecord } from '../model/ledger.types.ts';
import type { LiveServer } from '../model/live.types.ts';
import { liveName } from '../model/names/live-name.ts';
import { outcomeCounts } from '../model/outcome.ts';
import type { QuietCounts } from '../model/outcome.ts';
import type { GuardState, Plan, PlannedServer } from './plan.types.ts';
import { notedRecord, planServer } from './server-plan.ts';
import type { Declared, PlanContext, ServerInputs, ServerPlan } from './server-plan.types.ts';
import { reassertCap } from './diff.ts';

/** The plans of the servers in scope, by id, less those that are no more than counted. */
export interface FleetPlan {
  readonly servers: ReadonlyMap<string, ServerPlan>;
  readonly quiet: QuietCounts;
}

/**
 * Plans each server of the scope. Pure: the same inputs give the same plan. One after the other, and of a server in sync
 * nothing is kept, so that a fleet at rest takes no more memory than its inputs.
 */
export function planFleet(
  context: PlanContext,
  declared: ReadonlyMap<string, Declared>,
  inputsOf: (id: string, declared: Declared) => ServerInputs,
): FleetPlan {
  const plans = new Map<string, ServerPlan>();
  const quiet = { inSync: 0, assumed: 0 };
  let isInOrder = true;
  let last = '';
  for (const [id, one] of declared) {
    const inputs = inputsOf(id, one);
    const plan = planServer(context, inputs);
    if (isQuiet(plan, inputs, context.now)) {
      quiet[plan.inSyncAs] += 1;
      continue;
    }
    plans.set(id, plan);
    isInOrder &&= last < id;
    last = id;
  }
  // Rows come in the order of their keys, so there is rarely anything to sort.
  const servers = isInOrder ? plans : sorted(plans);
  return { servers: capReassertions(context, servers), quiet };
}

function sorted<T>(byId: ReadonlyMap<string, T>): ReadonlyMap<string, T> {
  return new Map([...byId].toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

/** A server with a mark is not: the pass that clears the mark has to see that it has nothing to send again. */
function isQuiet(
  plan: ServerPlan,
  { declared, resend }: ServerInputs,
  now: number,
): plan is ServerPlan & { readonly inSyncAs: 'inSync' | 'assumed' } {
  const { inSyncAs } = plan;
  return inSyncAs !== undefined && resend === 'none' && !notedRecord(plan, declared, now);
}

/**
 * Only so many servers are re-asserted in a pass, the longest unasserted first; the others are still
 * assumed, and come in later passes.
 */
function capReassertions(
  { keys }: PlanContext,
  plans: ReadonlyMap<string, ServerPlan>,
): ReadonlyMap<string, ServerPlan> {
  const due: ServerPlan[] = [];
  for (const plan of plans.values()) if (isReassertion(plan.planned)) due.push(plan);
  const later = due.toSorted((a, b) => oldest(a) - oldest(b)).slice(reassertCap);
  if (later.length === 0) return plans;
  return new Map([
    ...plans,
    ...later.map((plan) => [plan.planned.id, assumed(plan, keys)] as const),
  ]);
}

/** What mode `report` shows is capped as well: it is what would be sent. */
function isReassertion({ outcome, changes }: PlannedServer): boolean {
  return (
    (outcome === 'updated' || outcome === 'reported') &&
    changes.every(({ cause }) => cause === 'reassert' || cause === 'together') &&
    changes.some(({ cause }) => cause === 'reassert')
  );
}

/** When the longest unasserted of its fields was sent. */
function oldest({ verdicts, record }: ServerPlan): number {
  return Math.min(
    ...verdicts.flatMap(({ state, unit }) =>
      state === 'change' ? [Date.parse(appliedOf(record, unit.pointer).at)] : [],
    ),
  );
}

/** There is one wherever something is to be asserted again. */
function appliedOf({ applied }: ServerRecord, pointer: Pointer): AppliedField {
  return applied[pointer] as AppliedField;
}

function assumed(plan: ServerPlan, keys: FingerprintKeys): ServerPlan {
  const verdicts = plan.verdicts.map((verdict): FieldVerdict => {
    if (verdict.state !== 'change') return verdict;
    const { at, fingerprint } = appliedOf(plan.record, verdict.unit.pointer);
    const verifiable = isVerifiable(keys, fingerprint);
    return { unit: verdict.unit, note: nothingToNote, state: 'assumed', since: at, verifiable };
  });
  const planned: PlannedServer = { ...plan.planned, outcome: 'assumed', changes: [] };
  return { ...plan, planned, inSyncAs: 'assumed', verdicts };
}

function hashesOf(servers: readonly PlannedServer[]): readonly string[] {
  const hashes: string[] = [];
  for (const { changes } of servers) for (const { hash } of changes) hashes.push(hash);
  return hashes;
}

/** The plan as a value: what is in sync as counts, the rest by id. */
export function assemblePlan(
  about: { readonly connection: string; readonly provider: string },
  { servers, quiet }: { readonly servers: readonly PlannedServer[]; readonly quiet: QuietCounts },
  { count, first }: { readonly count: number; readonly first: readonly LiveServer[] },
  guard: GuardState,
): Plan {
  return {
    version: 1,
    connection: about.connection,
    provider: about.provider,
    servers: servers.length + quiet.inSync + quiet.assumed,
    counts: outcomeCounts(
      servers.map(({ outcome }) => outcome),
      quiet,
    ),
    changes: servers.filter(({ outcome }) => outcome !== 'inSync' && outcome !== 'assumed'),
    undeclared: first.map((server) => {
      const name = liveName(server);
      return name === undefined ? { id: server.id } : { id: server.id, name };
    }),
    ...(count > first.length && { undeclaredCount: count }),
    guard,
    digest: planDigest(hashesOf(servers)),
  };
}
