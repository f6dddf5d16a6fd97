import { BlockedBodyError } from '../../plan/body/blocked-body.ts';
import { buildBody } from '../../plan/body/body.ts';
import type { PutBody } from '../../plan/body/body.ts';
import { assertKept, clearedIn } from '../../plan/body/cleared.ts';
import type { FieldVerdict } from '../../plan/diff/diff.types.ts';
import type { FieldChange } from '../../plan/plan.types.ts';
import { verifyUnit } from '../../plan/body/verify-answer.ts';
import type { JsonObject, Pointer } from '../../model/json/json.types.ts';
import type { LiveServer } from '../../model/live.types.ts';
import type { Secret } from '../../model/secret.ts';
import type { Unit } from '../../model/units.ts';
import type { ServerWork } from './context.types.ts';

/** The body of an attempt's PUT, or why there is none. Fields that differ and must not be sent are withheld. */
export function bodyOf(
  { plan, live }: ServerWork,
  changes: readonly FieldChange[],
  secrets: ReadonlyMap<Pointer, Secret>,
): PutBody | BlockedBodyError {
  const pointers = new Set(changes.map(({ pointer }) => pointer));
  // Refused fields are sent too if their group is sent for another reason.
  const isWithheld = ({ state, unit }: FieldVerdict) =>
    state === 'change' || (state === 'refused' && unit.field.group === undefined);
  const withheld = plan.verdicts
    .filter((verdict) => isWithheld(verdict) && !pointers.has(verdict.unit.pointer))
    .map(({ unit }) => unit.pointer);
  const texts = new Map([...secrets].map(([pointer, value]) => [pointer, value.reveal()]));
  const units = plan.verdicts.map(({ unit }) => unit);
  try {
    const made = buildBody(units, pointers, new Set(withheld), live, texts);
    assertKept(units, made.sent, new Set(withheld), live);
    return made;
  } catch (error) {
    if (error instanceof BlockedBodyError) return error;
    throw error;
  }
}

/** Whether a PUT that was answered may not have been applied, because the answer does not show all that was sent. */
export function mayBeDropped(
  sent: readonly Unit[],
  before: LiveServer,
  answer: LiveServer,
): boolean {
  return sent.some((unit) => verifyUnit(unit, before, answer).result !== 'applied');
}

/** The body of a second PUT that restores what the first one cleared; undefined if it cleared nothing. */
export function restoringBody(
  { plan, live }: ServerWork,
  sent: readonly Unit[],
  answer: LiveServer,
): JsonObject | undefined {
  // Held fields are not restored: only those that were sent, or that were as declared before.
  const units = plan.verdicts.flatMap(({ state, unit }) =>
    state === 'inSync' || sent.includes(unit) ? unit : [],
  );
  const cleared = clearedIn(units, sent, live, answer);
  if (cleared.size === 0) return undefined;
  const none = new Set<Pointer>();
  return buildBody(
    units.filter(({ pointer }) => cleared.has(pointer)),
    cleared,
    none,
    answer,
    new Map(),
  ).body;
}
