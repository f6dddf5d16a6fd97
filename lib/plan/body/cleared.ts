import type { Json, Pointer } from '../../model/json/json.types.ts';
import { getAt } from '../../model/json/pointer.ts';
import type { LiveServer } from '../../model/live.types.ts';
import type { Unit } from '../../model/units.ts';
import { agrees, readUnit } from '../../model/units.ts';
import { BlockedBodyError } from './blocked-body.ts';

/** A PUT would clear a field that has a value and that Trueup cannot send again. */
export class WouldClearError extends BlockedBodyError {
  static override readonly name: string = 'WouldClearError';

  constructor(pointer: Pointer, by: Pointer) {
    const why = `a change of ${by} clears it at the gateway, and it is not declared; nothing was sent. Declare it too, or clear it at the gateway first`;
    super('would-clear', why, pointer);
  }
}

/** Pointers of the fields that the vendor clears, each with the field whose change clears it. */
function clearedBy(sent: readonly Unit[], before: LiveServer): ReadonlyMap<Pointer, Pointer> {
  return new Map(
    sent.flatMap((unit) => {
      const { clears = [] } = unit.field;
      if (agrees(unit, readUnit(unit, before))) return [];
      return clears.map((pointer) => [pointer, unit.pointer] as const);
    }),
  );
}

/**
 * Refuses a PUT that would clear a field that Trueup cannot send again: one that is not declared, or is withheld.
 *
 * @param units - all owned units of the server
 * @param withheld - pointers that differ and must not be sent
 * @throws WouldClearError
 */
export function assertKept(
  units: readonly Unit[],
  sent: readonly Unit[],
  withheld: ReadonlySet<Pointer>,
  before: LiveServer,
): void {
  const own = new Set(units.map(({ pointer }) => pointer).filter((one) => !withheld.has(one)));
  for (const [pointer, by] of clearedBy(sent, before)) {
    if (!own.has(pointer) && !isNothing(getAt(before.fields, pointer))) {
      throw new WouldClearError(pointer, by);
    }
  }
}

/** Pointers of the declared fields that a PUT cleared, according to its answer. They need a second PUT. */
export function clearedIn(
  units: readonly Unit[],
  sent: readonly Unit[],
  before: LiveServer,
  answer: LiveServer,
): ReadonlySet<Pointer> {
  const cleared = clearedBy(sent, before);
  const lost = units.filter(
    (unit) => cleared.has(unit.pointer) && !agrees(unit, readUnit(unit, answer)),
  );
  return new Set(lost.map(({ pointer }) => pointer));
}

/** The values by which a vendor shows that a field is empty. */
function isNothing(value: Json | undefined): boolean {
  return value === undefined || value === null || (Array.isArray(value) && value.length === 0);
}
