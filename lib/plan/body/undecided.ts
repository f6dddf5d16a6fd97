import type { FingerprintKeys } from '../../model/fingerprint.types.ts';
import type { Json } from '../../model/json/json.types.ts';
import type { NormalisedField, UndecidedField } from '../../model/ledger.types.ts';
import { fingerprint, matchFingerprint, valueOf } from '../diff/fingerprint.ts';
import type { FingerprintScope } from '../diff/fingerprint.ts';
import type { AnswerResult } from './verify-answer.ts';

/** The recorded result of the previous PUT of the field, if any. */
export type EarlierAnswer = UndecidedField | NormalisedField | undefined;

/**
 * What is recorded for a PUT whose answer did not show `sent`.
 *
 * | the previous PUT was answered with | `showed` |
 * |----------------------------------|----------|
 * | the same third value             | `form`: the vendor converts what is sent to it |
 * | a third value, with a key that is lost | `other`: the next PUT decides |
 * | another value, or there was none | what this answer shows: `old` or `other` |
 *
 * The third value of a single PUT proves nothing: another writer may have sent it at the same moment.
 *
 * @param attempts - how often it was sent, this PUT included
 */
export function undecidedField(
  keys: FingerprintKeys,
  scope: FingerprintScope,
  sent: Json,
  { result, answered }: Extract<AnswerResult, { answered: unknown }>,
  earlier: EarlierAnswer,
  attempts: number,
): UndecidedField {
  const value = valueOf(answered);
  return {
    sent: fingerprint(keys, scope, sent),
    answered: fingerprint(keys, scope, value),
    showed: showed(),
    attempts,
  };

  function showed(): UndecidedField['showed'] {
    if (!earlier || ('showed' in earlier && earlier.showed === 'old')) return result;
    const matches = [
      matchFingerprint(keys, earlier.sent, scope, sent),
      matchFingerprint(keys, earlier.answered, scope, value),
    ];
    if (matches.includes('different')) return result;
    return matches.includes('unverifiable') ? 'other' : 'form';
  }
}
