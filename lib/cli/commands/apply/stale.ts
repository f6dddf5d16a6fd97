import { planDigest } from '../../../plan/diff/change.ts';
import type { FieldChange, Plan, PlannedServer } from '../../../plan/plan.types.ts';
import { outcomeCounts } from '../../../model/outcome.ts';
import { plainText } from '../../../model/text/plain-text.ts';
import { showPair, showPointer } from '../../../model/text/shown-value.ts';
import { hashesOf } from '../../plans/plan-document.ts';

/** A saved plan compared with the current one. */
export interface Renewed {
  /** The current plan with only the changes that the saved one has too, which may be sent. */
  readonly plan: Plan;
  /** The outdated changes of the saved plan, one line per field; empty if there are none. */
  readonly stale: readonly string[];
}

/** Compares a saved plan with the current one. */
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
  if (!now) return `${field}: already up to date`;
  if (!change) return `${field}: ${now.outcome === 'updated' ? 'nothing to update' : now.outcome}`;
  const [before, planned] = showPair(was.before, was.after);
  const [live, declared] = showPair(change.before, change.after);
  return `${field}: planned ${before} -> ${planned}, is now ${live} -> ${declared}`;
}
