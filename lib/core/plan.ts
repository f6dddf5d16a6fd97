import { planDigest } from './change.ts';
import type { LiveServer } from './live.types.ts';
import { outcomeCounts } from './outcome.ts';
import type { GuardState, Plan, PlannedServer } from './plan.types.ts';
import { planServer } from './plan-server.ts';
import type { Declared, PlanContext, ServerInputs, ServerPlan } from './plan-server.ts';
import { reassertCap } from './reassert.ts';

/** The plans of the servers in scope, by id, and the live servers that nobody declared. */
export interface FleetPlan {
  readonly servers: ReadonlyMap<string, ServerPlan>;
  readonly undeclared: readonly LiveServer[];
}

/** Plans each server of the scope. Pure: the same inputs give the same plan. */
export function planFleet(
  context: PlanContext,
  declared: ReadonlyMap<string, Declared>,
  inputsOf: (id: string, declared: Declared) => Omit<ServerInputs, 'declared'>,
): ReadonlyMap<string, ServerPlan> {
  const ids = [...declared.keys()].toSorted();
  const plans = new Map(
    ids.map((id): [string, ServerPlan] => {
      const one = declared.get(id) as Declared;
      return [id, planServer(context, { declared: one, ...inputsOf(id, one) })];
    }),
  );
  return capReassertions(plans);
}

/**
 * Only so many servers are re-asserted in a pass, the longest unasserted first; the others are still
 * assumed, and come in later passes.
 */
function capReassertions(plans: Map<string, ServerPlan>): ReadonlyMap<string, ServerPlan> {
  const due = [...plans].filter(
    ([, { planned }]) =>
      planned.outcome === 'updated' && planned.changes.every(({ cause }) => cause === 'reassert'),
  );
  const later = due
    .toSorted(([a, planA], [b, planB]) => oldest(planA) - oldest(planB) || (a < b ? -1 : 1))
    .slice(reassertCap);
  for (const [id, plan] of later) plans.set(id, assumed(plan));
  return plans;
}

function oldest({ verdicts, record }: ServerPlan): number {
  const times = verdicts
    .filter(({ state }) => state === 'change')
    .map(({ unit }) => Date.parse(record.applied[unit.pointer]?.at ?? ''));
  return Math.min(...times);
}

function assumed(plan: ServerPlan): ServerPlan {
  const verdicts = plan.verdicts.map((verdict) => {
    const applied = plan.record.applied[verdict.unit.pointer];
    return verdict.state === 'change' && applied
      ? {
          unit: verdict.unit,
          note: {},
          state: 'assumed' as const,
          since: applied.at,
          verifiable: true,
        }
      : verdict;
  });
  const planned: PlannedServer = { ...plan.planned, outcome: 'assumed', changes: [] };
  return { ...plan, planned, inSyncAs: 'assumed', verdicts };
}

/** The plan as a value: what is in sync as counts, the rest by id. */
export function assemblePlan(
  about: { readonly connection: string; readonly provider: string },
  servers: readonly PlannedServer[],
  undeclared: readonly LiveServer[],
  guard: GuardState,
): Plan {
  const quiet = new Set(['inSync', 'assumed']);
  return {
    version: 1,
    connection: about.connection,
    provider: about.provider,
    servers: servers.length,
    counts: outcomeCounts(servers.map(({ outcome }) => outcome)),
    changes: servers.filter(({ outcome }) => !quiet.has(outcome)),
    undeclared: undeclared.map(({ id, fields }) =>
      typeof fields['name'] === 'string' ? { id, name: fields['name'] } : { id },
    ),
    guard,
    digest: planDigest(servers.flatMap(({ changes }) => changes.map(({ hash }) => hash))),
  };
}
