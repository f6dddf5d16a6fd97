import type { FoundByName } from '../../lifecycle/protocol.ts';
import type { CreatedServer, DesiredServer } from '../../model/desired.types.ts';
import type { FieldTable } from '../../model/field-table.types.ts';
import type { FingerprintKeys } from '../../model/fingerprint.types.ts';
import { isWithin } from '../../model/json/pointer.ts';
import type { Reason } from '../../model/ledger.types.ts';
import type { Reservation } from '../../model/lifecycle.types.ts';
import type { LiveServer } from '../../model/live.types.ts';
import { readUnit } from '../../model/units.ts';
import type { Unit } from '../../model/units.ts';
import { secretChange, valueChange } from '../change.ts';
import type { DiffInputs, FieldVerdict } from '../diff.types.ts';
import { fingerprint, matchFingerprint, nothingToNote } from '../fingerprint.ts';

/** What a pass knows of a server without a binding. */
export interface NewServerInputs {
  /** What a complete list of this pass says; absent if there was none. */
  readonly list?: NewServerList | undefined;
}

export interface NewServerList {
  /** In milliseconds since the epoch. */
  readonly begunAt: number;
  /** The live servers that have its name. */
  readonly named: readonly LiveServer[];
  /** Declared servers that the list does not show, and that are not known to be missing. */
  readonly hidden: readonly string[];
}

/** What may be done about it: nothing; it may be created; or it is settled what became of an earlier attempt. */
export type NewServerFinding =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'create' }
  | { readonly kind: 'waits'; readonly reason: Reason }
  | { readonly kind: 'invalid'; readonly reason: Reason }
  | {
      readonly kind: 'unsure';
      readonly reason: Reason;
      readonly settle?: { readonly begunAt: number; readonly found: FoundByName };
    };

/**
 * What follows for a server without a binding. First row that fits.
 *
 * | case | finding |
 * |------|---------|
 * | there is a reservation | unsure; with a complete list it is settled |
 * | it is declared absent | nothing |
 * | no policy permits `create` | invalid |
 * | no complete list was read, or the list hides a declared server | waits |
 * | a live server has its name | waits, with the command that adopts it |
 * | otherwise | create |
 */
export function newServerFinding(
  connection: string,
  { policy, created }: DesiredServer & { readonly created: CreatedServer },
  { list }: NewServerInputs,
  found: (reservation: Reservation, named: readonly LiveServer[]) => FoundByName,
): NewServerFinding {
  const { reservation } = created.stored;
  const [hidden] = list?.hidden ?? [];
  if (reservation) {
    const reason = reservation.reason ?? mayBeCreated;
    if (!list || hidden !== undefined) return { kind: 'unsure', reason };
    const { begunAt, named } = list;
    return { kind: 'unsure', reason, settle: { begunAt, found: found(reservation, named) } };
  }
  if (created.isAbsent) return { kind: 'nothing' };
  if (!policy.manage.includes('create')) return { kind: 'invalid', reason: notPermitted };
  const why = incompleteList({ list });
  if (why) return { kind: 'waits', reason: why };
  const [taken] = (list as NewServerList).named;
  return taken ? { kind: 'waits', reason: nameTaken(connection, taken) } : { kind: 'create' };
}

const mayBeCreated: Reason = {
  code: 'unsure',
  message:
    'a request to create it was sent, and its answer is not known; it is not sent again until two complete lists have shown what became of it',
};
const notPermitted: Reason = {
  code: 'invalid',
  message: "it does not exist, and policy.manage does not have 'create'",
};
/** Why a pass may neither create nor delete a server; undefined where it may. */
export function incompleteList({ list }: NewServerInputs): Reason | undefined {
  if (!list) return wantsList;
  const [hidden] = list.hidden;
  return hidden === undefined ? undefined : hides(hidden);
}

const wantsList: Reason = {
  code: 'whole-connection',
  message: 'servers come and go in passes over the whole connection, with a complete list',
};
const hides = (id: string): Reason => ({
  code: 'list-incomplete',
  message: `the list does not show ${id}, which is declared: it may lack others, and no server is created or deleted`,
});
const nameTaken = (connection: string, { id, readOnly }: LiveServer): Reason => ({
  code: 'name-taken',
  message:
    readOnly === undefined
      ? `server ${id} has its name, and may be another's. To adopt it: \`trueup import ${connection}/${id}\`, and declare it with its id in place of this one`
      : `server ${id} has its name, and is ${readOnly}: it cannot be adopted. Give this one another name`,
});

/** What is sent when it is created, as changes of fields that are not there. */
export function creationVerdicts(
  inputs: DiffInputs,
  units: readonly Unit[],
): readonly FieldVerdict[] {
  return units.map((unit): FieldVerdict => ({
    unit,
    note: nothingToNote,
    state: 'change',
    change:
      unit.field.access === 'secret'
        ? secretChange(inputs, unit, 'create', undefined, false, { kind: 'absent' })
        : valueChange(inputs, unit, 'create', { kind: 'absent' }),
  }));
}

/** What the request itself carries: secrets and what goes with them follow by PUT, where the gateway creates without. */
export function unitsToCreate(units: readonly Unit[], withSecrets: boolean): readonly Unit[] {
  if (withSecrets) return units;
  const groups = new Set(
    units.flatMap(({ field }) => (field.access === 'secret' ? (field.group ?? []) : [])),
  );
  return units.filter(
    ({ field }) => field.access === 'read-write' && !groups.has(field.group ?? ''),
  );
}

/** The keyed fingerprints of what is sent and can be read back. */
export function bodyPrints(
  keys: FingerprintKeys,
  account: string,
  server: string,
  units: readonly Unit[],
): Reservation['body'] {
  return Object.fromEntries(
    units.flatMap(({ pointer, field, value }) =>
      field.access === 'read-write'
        ? [[pointer, fingerprint(keys, { account, server, pointer }, value)] as const]
        : [],
    ),
  );
}

/**
 * What a list has under the name of a server that may have been created: ours is one server, and all that can be read of it is as
 * it was sent. Where the request chose the id, ours is the one that has it, whatever was changed of it since.
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
  const other = (problem: string): FoundByName => ({
    kind: 'other',
    reason: { code: 'may-be-anothers', message: `${problem}; ${byPerson}` },
  });
  if (creation && 'foundBy' in creation && creation.choosesId === true) {
    const own = named.find(({ id }) => id === nonce);
    return own ? { kind: 'same', id: own.id } : other(`server ${live.id} has its name`);
  }
  if (second) return other(`servers ${live.id} and ${second.id} both have its name`);
  for (const [pointer, known] of Object.entries(body)) {
    const field = fields.find((one) => isWithin(pointer, one.pointer));
    const reading = field && readUnit({ pointer, field, value: null, spelledOut: true }, live);
    if (!reading || reading.kind === 'unreadable') continue;
    const value = reading.kind === 'value' ? reading.value : null;
    if (matchFingerprint(keys, known, { account, server, pointer }, value) === 'same') continue;
    return other(`server ${live.id} has its name, and another ${pointer} than was sent`);
  }
  return { kind: 'same', id: live.id };
}

const byPerson =
  'it may be another’s, and Trueup does not touch it. Declare it with its id, or rename or delete it at the gateway';
