import { buildBody, InexactNumberError } from '../../plan/body.ts';
import type { PutBody } from '../../plan/body.ts';
import type { FieldVerdict } from '../../plan/diff.types.ts';
import type { FieldChange } from '../../plan/plan.types.ts';
import { verifyUnit } from '../../plan/verify-answer.ts';
import type { Pointer } from '../../model/json/json.types.ts';
import type { LiveServer } from '../../model/live.types.ts';
import type { Secret } from '../../model/secret.ts';
import type { Unit } from '../../model/units.ts';
import type { ServerWork } from './context.types.ts';

/** The body of an attempt's PUT, or why there can be none. What differs and is not to be sent is withheld. */
export function bodyOf(
  { plan, live }: ServerWork,
  changes: readonly FieldChange[],
  secrets: ReadonlyMap<Pointer, Secret>,
): PutBody | InexactNumberError {
  const pointers = new Set(changes.map(({ pointer }) => pointer));
  // What was refused goes along where its group is sent for another reason.
  const isWithheld = ({ state, unit }: FieldVerdict) =>
    state === 'change' || (state === 'refused' && unit.field.group === undefined);
  const withheld = plan.verdicts
    .filter((verdict) => isWithheld(verdict) && !pointers.has(verdict.unit.pointer))
    .map(({ unit }) => unit.pointer);
  const texts = new Map([...secrets].map(([pointer, value]) => [pointer, value.reveal()]));
  const units = plan.verdicts.map(({ unit }) => unit);
  try {
    return buildBody(units, pointers, new Set(withheld), live, texts);
  } catch (error) {
    if (error instanceof InexactNumberError) return error;
    throw error;
  }
}

/** Whether a PUT that was answered may have been dropped all the same: the answer lacks some of what was sent. */
export function mayBeDropped(
  sent: readonly Unit[],
  before: LiveServer,
  answer: LiveServer,
): boolean {
  return sent.some((unit) => verifyUnit(unit, before, answer).result !== 'applied');
}
