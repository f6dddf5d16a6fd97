import type { FieldChange } from '../../core/plan.types.ts';
import type { ServerPlan } from '../../core/plan-server.ts';
import type { Secret } from '../../model/secret.ts';
import { asReference } from '../../model/secret-reference.ts';
import type { Unit } from '../../core/units.ts';
import type { SecretValue } from '../../secrets/secret-source.ts';
import { StoreError } from '../../model/store-error.ts';
import type { SecretValues } from './secret-values.ts';
import type { AttemptFailure } from '../after-failure.ts';

/** The value of one changed secret field. */
export interface FoundSecret {
  readonly unit: Unit;
  readonly change: FieldChange;
  readonly value: Secret;
  readonly version: string;
}

/** The values that the changes of a server need, or why there is none of one of them. */
export async function fetchValues(
  secrets: SecretValues,
  plan: ServerPlan,
  changes: readonly FieldChange[],
): Promise<{ found: readonly FoundSecret[] } | { failure: AttemptFailure }> {
  const wanted = changes.flatMap((change) => {
    const unit = plan.verdicts.find((verdict) => verdict.unit.pointer === change.pointer)?.unit;
    return unit?.field.access === 'secret' ? [{ unit, change }] : [];
  });
  const values = await Promise.all(
    wanted.map(async ({ unit, change }) => ({
      unit,
      change,
      value: await secrets.get(asReference(unit.value)).catch(unavailable),
    })),
  );
  for (const { unit, value } of values) {
    if (!value.found) return { failure: secretFailure(unit, value) };
  }
  return {
    found: values.flatMap(({ unit, change, value }) =>
      value.found ? [{ unit, change, value: value.value, version: value.version }] : [],
    ),
  };
}

/** A store that fails as a whole is an outage: this server waits, and those that need no secret go on. */
function unavailable(error: unknown): SecretValue {
  if (!(error instanceof StoreError)) throw error;
  return { found: false, code: 'unavailable', message: error.message };
}

function secretFailure(unit: Unit, value: SecretValue & { found: false }): AttemptFailure {
  return {
    class: value.code === 'unavailable' ? 'transient' : 'terminal',
    reason: { code: `secret-${value.code}`, message: value.message, pointer: unit.pointer },
  };
}
