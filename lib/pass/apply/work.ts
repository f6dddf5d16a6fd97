import type { DesiredServer } from '../../core/desired.types.ts';
import type { LiveServer } from '../../core/live.types.ts';
import type { FieldChange } from '../../core/plan.types.ts';
import type { ServerPlan } from '../../core/plan-server.ts';
import { asReference } from '../../model/secret-reference.ts';
import type { SecretReference } from '../../model/secret.ts';
import type { Allowed } from '../guard.ts';
import type { Readings } from '../read/read.ts';
import type { Attended } from '../request.types.ts';

/** One server that apply works on. */
export interface ServerWork {
  readonly server: DesiredServer;
  readonly plan: ServerPlan;
  readonly live: LiveServer;
  /** What to send: permitted by mode, guard and the person who asked. */
  readonly changes: readonly FieldChange[];
  /** Whether the guard holds other changes of it. */
  readonly held: boolean;
}

/** What apply is to send: what the plan wants, the guard does not hold, and a person, if one asked, was shown. */
export function workIn(
  { planned, servers }: Allowed,
  { desired, live }: Readings,
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
export function secretsIn(work: readonly ServerWork[]): readonly SecretReference[] {
  return work.flatMap(({ plan, changes }) => {
    const pointers = new Set(changes.map(({ pointer }) => pointer));
    return plan.verdicts
      .filter(({ unit }) => unit.field.access === 'secret' && pointers.has(unit.pointer))
      .map(({ unit }) => asReference(unit.value));
  });
}
