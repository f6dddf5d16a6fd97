import { equalJson } from '../../model/json/json.ts';
import type { LiveServer } from '../../model/live.types.ts';
import type { Reading, Unit } from '../../model/units.ts';
import { agrees, readUnit } from '../../model/units.ts';

/**
 * What the answer to a PUT shows for a unit that was sent.
 *
 * | result     | the answer |
 * |------------|------------|
 * | `applied`  | shows what was sent |
 * | `unreadable` | cannot show it: `assumed` from now on |
 * | `old`      | shows what was there before, lacks what could be read before, or shows that no secret is stored: not applied, so far |
 * | `other`    | shows a third value: perhaps the vendor's form of it |
 */
export type AnswerResult =
  | { readonly result: 'applied' | 'unreadable' }
  | {
      readonly result: 'old' | 'other';
      readonly answered: Exclude<Reading, { kind: 'unreadable' }>;
    };

export function verifyUnit(unit: Unit, before: LiveServer, answer: LiveServer): AnswerResult {
  const was = readUnit(unit, before);
  const answered = readUnit(unit, answer);
  if (answered.kind === 'unreadable') {
    // If this counted as applied, a field that the vendor drops and only the list shows would be drift in every pass.
    const isReadable = unit.field.access === 'read-write';
    return !isReadable || was.kind === 'unreadable' || agrees(unit, was)
      ? { result: 'unreadable' }
      : { result: 'old', answered: was };
  }
  if (agrees(unit, answered)) return { result: 'applied' };
  const isOld = unit.field.access === 'secret' || equalReading(was, answered);
  return { result: isOld ? 'old' : 'other', answered };
}

function equalReading(a: Reading, b: Reading): boolean {
  return a.kind === 'value' && b.kind === 'value' ? equalJson(a.value, b.value) : a.kind === b.kind;
}
