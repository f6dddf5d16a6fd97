import { shareOf } from '../../../plan/guard.ts';
import { outcomeCounts } from '../../../model/outcome.ts';
import type { Plan, PlannedServer } from '../../../plan/plan.types.ts';

/**
 * Converts a plan for unattended passes to the plan that a user applies: reported and held changes are sent too, and
 * counted.
 */
export function asSent(plan: Plan): Plan {
  const { guard, counts } = plan;
  const { held: _held, reported = 0, ...state } = guard;
  const changes = plan.changes.map(sent);
  const changing = guard.changing + reported;
  const outcomes = changes.map(({ outcome }) => outcome);
  return {
    ...plan,
    changes,
    counts: outcomeCounts(outcomes, { inSync: counts.inSync, assumed: counts.assumed }),
    guard: { ...state, changing, share: shareOf(guard, changing) },
  };
}

function sent(server: PlannedServer): PlannedServer {
  if (server.outcome !== 'reported' && server.outcome !== 'held') return server;
  const changes = server.changes.map((change) => ({ ...change, held: false }));
  return { ...server, outcome: 'updated', changes };
}
