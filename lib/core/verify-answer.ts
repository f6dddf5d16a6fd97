import { equalJson } from './json.ts';
import type { LiveServer } from './live.types.ts';
import type { Reading, Unit } from './units.ts';
import { readUnit } from './units.ts';

/**
 * What the answer to a PUT says of a sent unit.
 *
 * | result     | the answer |
 * |------------|------------|
 * | `applied`  | shows what was sent |
 * | `unreadable` | cannot show it: assumed from now on |
 * | `old`      | shows what was there before: not applied, so far |
 * | `other`    | shows a third value: perhaps the vendor's own form of it |
 */
export type AnswerResult =
  | { readonly result: 'applied' | 'unreadable' }
  | {
      readonly result: 'old' | 'other';
      readonly answered: Exclude<Reading, { kind: 'unreadable' }>;
    };

export function verifyUnit(unit: Unit, before: LiveServer, answer: LiveServer): AnswerResult {
  const answered = readUnit(unit, answer);
  if (answered.kind === 'unreadable') return { result: 'unreadable' };
  if (answered.kind === 'value' && equalJson(answered.value, unit.value)) {
    return { result: 'applied' };
  }
  const was = readUnit(unit, before);
  return { result: equalReading(was, answered) ? 'old' : 'other', answered };
}

function equalReading(a: Reading, b: Reading): boolean {
  return a.kind === 'value' && b.kind === 'value' ? equalJson(a.value, b.value) : a.kind === b.kind;
}
