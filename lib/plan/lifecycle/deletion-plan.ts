import { isOwn } from '../../lifecycle/protocol.ts';
import type { FieldTable } from '../../model/field-table.types.ts';
import type { FingerprintKeys } from '../../model/fingerprint.types.ts';
import type { Json, Pointer } from '../../model/json/json.types.ts';
import { getAt } from '../../model/json/pointer.ts';
import type { Reason } from '../../model/ledger.types.ts';
import type { Binding } from '../../model/lifecycle.types.ts';
import type { LiveServer } from '../../model/live.types.ts';
import { comparable } from '../../model/units.ts';
import { macOf } from '../diff/fingerprint.ts';
import type { FieldChange } from '../plan.types.ts';

/**
 * The readable fields of a server to be deleted. Each hash has the values of all of them: an approval is only valid for
 * the server as it is now, and approvals of two earlier states do not add up to one of a third.
 */
export function deletionChanges(
  keys: FingerprintKeys,
  account: string,
  { fields }: Pick<FieldTable, 'fields'>,
  live: LiveServer,
): readonly FieldChange[] {
  const shown = fields.flatMap((field): readonly (readonly [Pointer, Json])[] => {
    const { pointer, access } = field;
    const found = getAt(live.fields, pointer);
    if (access !== 'read-write' || found === undefined) return [];
    return [[pointer, comparable(field, found)]];
  });
  return shown.map(([pointer, value]) => ({
    pointer,
    cause: 'delete',
    before: { kind: 'value', value },
    after: { kind: 'absent' },
    compare: 'value',
    conditional: false,
    hash: macOf(keys.current, [account, live.id, 'delete', pointer, shown], 'hex').slice(0, 32),
    held: false,
  }));
}

/** Why a server may not be deleted; undefined if it may be, once approved. */
export function notDeletable(
  binding: Binding,
  owner: Pick<Binding, 'account' | 'stack'>,
): Reason | undefined {
  if (isOwn(binding, owner)) return undefined;
  return {
    code: 'invalid',
    message:
      'it is declared absent, but this deployment did not create it, and deletes only servers that it created',
  };
}

export const mayBeDeleted: Reason = {
  code: 'unsure',
  message:
    'a request to delete it was sent, and its result is not known; a later pass reads the result',
};
export const nothingShown: Reason = {
  code: 'not-read',
  message:
    'the gateway shows none of its fields, so no approval can say what is deleted. Delete it at the gateway',
};
export const alreadyGone: Reason = {
  code: 'already-gone',
  message: 'the gateway no longer has it; Trueup did not delete it',
};
