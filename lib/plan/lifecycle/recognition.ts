import type { FoundByName } from '../../lifecycle/protocol.ts';
import type { DesiredServer } from '../../model/desired.types.ts';
import type { Creation, FieldTable } from '../../model/field-table.types.ts';
import type { FingerprintKeys } from '../../model/fingerprint.types.ts';
import { getAt, isWithin } from '../../model/json/pointer.ts';
import type { Reason } from '../../model/ledger.types.ts';
import type { Reservation } from '../../model/lifecycle.types.ts';
import type { LiveServer } from '../../model/live.types.ts';
import { readUnit } from '../../model/units.ts';
import { matchFingerprint } from '../diff/fingerprint.ts';

/**
 * Looks in a list for a server that may have been created, by its name. It is recognised if it is the only one with the
 * name, and the gateway shows at least one other field that was sent, and all of them as they were sent: the name alone
 * may be another's. If the request chose the id, the server with that id is recognised, whatever changed since. One that
 * another row declares is never it.
 */
export function foundByName(
  keys: FingerprintKeys,
  server: string,
  { fields, creation }: Pick<FieldTable, 'fields' | 'creation'>,
  { nonce, account, body }: Reservation,
  named: readonly LiveServer[],
): FoundByName {
  const [live, second] = named;
  if (!live) return { kind: 'none' };
  const other = (problem: string): FoundByName => ({ kind: 'other', reason: anothers(problem) });
  const { foundBy, choosesId = false } = creation as Creation;
  const own = choosesId ? named.find(({ id }) => id === nonce) : live;
  if (own?.readOnly !== undefined) {
    return other(`server ${own.id} has its name, and is ${own.readOnly}`);
  }
  if (choosesId) {
    return own ? { kind: 'same', id: own.id } : other(`server ${live.id} has its name`);
  }
  if (second) return other(`servers ${live.id} and ${second.id} both have its name`);
  let isShown = false;
  for (const [pointer, known] of Object.entries(body)) {
    const field = fields.find((one) => isWithin(pointer, one.pointer));
    const reading = field && readUnit({ pointer, field, value: null, spelledOut: true }, live);
    if (!reading || reading.kind === 'unreadable') continue;
    const value = reading.kind === 'value' ? reading.value : null;
    if (matchFingerprint(keys, known, { account, server, pointer }, value) !== 'same') {
      return other(`server ${live.id} has its name, but its ${pointer} differs from what was sent`);
    }
    isShown ||= pointer !== foundBy && getAt(live.fields, pointer) !== undefined;
  }
  return isShown
    ? { kind: 'same', id: live.id }
    : other(`server ${live.id} has its name, and the gateway shows no other field that was sent`);
}

/**
 * Whether the name is not the one that was sent, before it is known whether a server was created with that one: no list
 * could show it by its new name, so it would be created a second time. After a person has looked, another name is a way
 * out; a server with a known or chosen id is found by that.
 */
export function isRenamed(
  keys: FingerprintKeys,
  { id, units }: Pick<DesiredServer, 'id' | 'units'>,
  { creation }: Pick<FieldTable, 'creation'>,
  { state, account, body }: Reservation,
): boolean {
  const { foundBy: pointer, choosesId = false } = creation as Creation;
  if (choosesId || state === 'person' || state === 'created') return false;
  const [known, unit] = [body[pointer], units.find((one) => one.pointer === pointer)];
  if (!known || !unit) return false;
  return (
    matchFingerprint(keys, known, { account, server: id, pointer }, unit.value) === 'different'
  );
}

/** Why a person must look at a server. */
export const anothers = (problem: string): Reason => ({
  code: 'may-be-anothers',
  message: `${problem}; ${byPerson}`,
});
const byPerson =
  'it may belong to others, so Trueup does not change it. If it is yours, declare it with its id instead of this one, or delete it at the gateway; if it is not, give this one another name';
