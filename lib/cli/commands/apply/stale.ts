import { planDigest } from '../../../plan/change.ts';
import type { FieldChange, Plan, PlannedServer } from '../../../plan/plan.types.ts';
import { outcomeCounts } from '../../../model/outcome.ts';
import { plainText } from '../../../model/text/plain-text.ts';
import { showPair, showPointer } from '../../../model/text/shown-value.ts';
import { hashesOf } from '../../plans/plan-document.ts';

/** A saved plan beside the plan as it is now. */
export interface Renewed {
  /** The present plan, with those changes alone that the saved one has too: what may be sent. */
  readonly plan: Plan;
  /** What of the saved plan no longer fits, in a line for each field; none if all of it does. */
  readonly stale: readonly string[];
}

/** What is left of a saved plan, as computed now. */
export function renewed(saved: Plan, now: Plan): Renewed {
  const known = new Set(hashesOf(saved));
  const present = new Set(hashesOf(now));
  const current = new Map(now.changes.map((server) => [server.id, server]));
  return {
    plan: restricted(now, known),
    stale: saved.changes.flatMap((server) =>
      server.changes
        .filter(({ hash }) => !present.has(hash))
        .map((change) => staleLine(saved.connection, server, change, current.get(server.id))),
    ),
  };
}

/** The plan without the changes that are not among `hashes`, and without servers that have none left. */
function restricted(plan: Plan, hashes: ReadonlySet<string>): Plan {
  const changes = plan.changes.flatMap((server) => {
    if (server.changes.length === 0) return [server];
    const kept = server.changes.filter(({ hash }) => hashes.has(hash));
    return kept.length === 0 ? [] : [{ ...server, changes: kept }];
  });
  const outcomes = changes.map(({ outcome }) => outcome);
  const { inSync, assumed } = plan.counts;
  const made = {
    ...plan,
    changes,
    servers: changes.length + inSync + assumed,
    counts: outcomeCounts(outcomes, { inSync, assumed }),
  };
  return { ...made, digest: planDigest(hashesOf(made)) };
}

function staleLine(
  connection: string,
  { id, label }: PlannedServer,
  was: FieldChange,
  now: PlannedServer | undefined,
): string {
  const change = now?.changes.find(({ pointer }) => pointer === was.pointer);
  const name = plainText(`${connection}/${label ?? id}`);
  const field = `${name} ${showPointer(was.pointer)}`;
  if (!now) return `${field}: nothing to update any more`;
  if (!change) return `${field}: ${now.outcome === 'updated' ? 'nothing to update' : now.outcome}`;
  const [before, planned] = showPair(was.before, was.after);
  const [live, declared] = showPair(change.before, change.after);
  return `${field}: planned ${before} -> ${planned}, is now ${live} -> ${declared}`;
}
