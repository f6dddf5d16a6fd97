import { planDigest } from './diff/change.ts';
import type { FieldVerdict } from './diff/diff.types.ts';
import { isVerifiable } from './diff/fingerprint.ts';
import type { FingerprintKeys } from '../model/fingerprint.types.ts';
import { nothingToNote } from './diff/fingerprint.ts';
import type { Pointer } from '../model/json/json.types.ts';
import type { AppliedField, ServerRecord } from '../model/ledger.types.ts';
import type { LiveServer } from '../model/live.types.ts';
import { liveName } from '../model/names/live-name.ts';
import { outcomeCounts } from '../model/outcome.ts';
import type { QuietCounts } from '../model/outcome.ts';
import type { GuardState, Plan, PlannedServer } from './plan.types.ts';
import { notedRecord, planServer } from './server-plan.ts';
import type { Declared, PlanContext, ServerInputs, ServerPlan } from './server-plan.types.ts';
import { reassertCap } from './diff/diff.ts';

/** The plans of the servers in scope, by id, without those that are only counted. */
export interface FleetPlan {
  readonly servers: ReadonlyMap<string, ServerPlan>;
  readonly quiet: QuietCounts;
}

/**
 * Plans each server in scope. Pure: the same inputs give the same plan. Keeps nothing of a server in sync, so that
 * planning a fleet in sync needs no more memory than its inputs.
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
  // Rows are read in key order, so sorting is rarely needed.
  const servers = isInOrder ? plans : sorted(plans);
  return { servers: capReassertions(context, servers), quiet };
}

function sorted<T>(byId: ReadonlyMap<string, T>): ReadonlyMap<string, T> {
  return new Map([...byId].toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

/** A server with a resend mark, or with news for its label, is not quiet: a pass must still write that. */
function isQuiet(
  plan: ServerPlan,
  { declared, resend }: ServerInputs,
  now: number,
): plan is ServerPlan & { readonly inSyncAs: 'inSync' | 'assumed' } {
  const { inSyncAs, label } = plan;
  return inSyncAs !== undefined && !label && resend === 'none' && !notedRecord(plan, declared, now);
}

/**
 * Limits how many servers are re-asserted in one pass, those that waited longest first. The others stay `assumed` until
 * a later pass.
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

/** Mode `report` has the same limit, because it shows what would be sent. */
function isReassertion({ outcome, changes }: PlannedServer): boolean {
  return (
    (outcome === 'updated' || outcome === 'reported') &&
    changes.every(({ cause }) => cause === 'reassert' || cause === 'together') &&
    changes.some(({ cause }) => cause === 'reassert')
  );
}

/** When the field that waited longest was last sent. */
function oldest({ verdicts, record }: ServerPlan): number {
  return Math.min(
    ...verdicts.flatMap(({ state, unit }) =>
      state === 'change' ? [Date.parse(appliedOf(record, unit.pointer).at)] : [],
    ),
  );
}

/** A field that is re-asserted was applied before, so there is always a record. */
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

/** The plan as data: servers in sync as counts, the others by id. */
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
