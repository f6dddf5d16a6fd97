import { asReference } from '../../model/secret-reference.ts';
import type { SecretReference } from '../../model/secret.ts';
import type { ServerWork } from './attempt.ts';
import type { PassPlan } from '../plan.ts';
import type { DesiredState } from '../read/desired.ts';
import type { LiveState } from '../read/live.ts';
import type { Attended } from '../request.types.ts';

/** What apply is to send: what the plan wants, the guard does not hold, and a person, if one asked, was shown. */
export function workOf(
  { planned, servers }: PassPlan,
  desired: DesiredState,
  live: LiveState,
  attended: Attended | undefined,
): readonly ServerWork[] {
  return planned.flatMap((finding): readonly ServerWork[] => {
    const plan = servers.get(finding.id);
    const declared = desired.servers.get(finding.id);
    const reading = live.declared.get(finding.id);
    if (!plan || !declared?.valid || reading?.kind !== 'found') return [];
    if (finding.outcome !== 'updated' && finding.outcome !== 'held') return [];
    const changes = finding.changes.filter(
      ({ held, hash }) => !held && (attended === undefined || attended.shown.has(hash)),
    );
    if (changes.length === 0) return [];
    const { server } = declared;
    return [{ server, plan, live: reading.server, changes, held: finding.outcome === 'held' }];
  });
}

/** References to the secrets that apply will need, in its order. */
export function secretsOf(work: readonly ServerWork[]): readonly SecretReference[] {
  return work.flatMap(({ plan, changes }) => {
    const pointers = new Set(changes.map(({ pointer }) => pointer));
    return plan.verdicts
      .filter(({ unit }) => unit.field.access === 'secret' && pointers.has(unit.pointer))
      .map(({ unit }) => asReference(unit.value));
  });
}
