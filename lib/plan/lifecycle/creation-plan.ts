import type { FoundByName } from '../../lifecycle/protocol.ts';
import type { CreatedServer, DesiredServer } from '../../model/desired.types.ts';
import type { FingerprintKeys } from '../../model/fingerprint.types.ts';
import type { Reason } from '../../model/ledger.types.ts';
import type { Reservation } from '../../model/lifecycle.types.ts';
import type { LiveServer } from '../../model/live.types.ts';
import { plainText } from '../../model/text/plain-text.ts';
import { shellWord } from '../../model/text/shell-word.ts';
import type { Unit } from '../../model/units.ts';
import { secretChange, valueChange } from '../diff/change.ts';
import type { DiffInputs, FieldVerdict } from '../diff/diff.types.ts';
import { fingerprint, nothingToNote } from '../diff/fingerprint.ts';

/** What a pass knows about a server without a binding. */
export interface NewServerInputs {
  /** The result of a complete list read in this pass; absent if there was none. */
  readonly list?: NewServerList | undefined;
}

export interface NewServerList {
  /** In milliseconds since the epoch. */
  readonly begunAt: number;
  /** The live servers that have its name. */
  readonly named: readonly LiveServer[];
  /** A live server that may have its name, because the list does not show it. */
  readonly nameless?: string | undefined;
  /** Declared servers that the list lacks and that are not known to be missing. */
  readonly hidden: readonly string[];
}

/** What the pass may do: nothing, create it, or record the result of an earlier attempt. */
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
 * What to do for a server without a binding. The first matching row applies.
 *
 * | case | finding |
 * |------|---------|
 * | there is a reservation with the id | unsure; bound, whatever was read |
 * | there is a reservation, and the name is not the one that was sent | unsure; the name is to be restored |
 * | there is a reservation | unsure; resolved with a complete list that shows all names |
 * | it is declared absent | nothing |
 * | the policy does not allow `create` | invalid |
 * | no complete list was read, or the list hides a declared server or a name | waits |
 * | a live server has its name | waits, with the command that adopts it |
 * | otherwise | create |
 */
export function newServerFinding(
  connection: string,
  { policy, created }: DesiredServer & { readonly created: CreatedServer },
  { list }: NewServerInputs,
  found: (reservation: Reservation, named: readonly LiveServer[]) => FoundByName,
  waitsForName: (reservation: Reservation) => boolean,
): NewServerFinding {
  const { reservation } = created.stored;
  const [hidden] = list?.hidden ?? [];
  if (reservation?.state === 'created') {
    const settle = { begunAt: list?.begunAt ?? 0, found: { kind: 'none' } } as const;
    return { kind: 'unsure', reason: toBeBound, settle };
  }
  if (reservation) {
    const reason = reservation.reason ?? mayBeCreated;
    if (waitsForName(reservation)) {
      return { kind: 'unsure', reason: renamed(connection, created.label) };
    }
    if (!list || hidden !== undefined) return { kind: 'unsure', reason };
    const { begunAt, named, nameless } = list;
    const settle = { begunAt, found: found(reservation, named) };
    return nameless !== undefined && settle.found.kind === 'none'
      ? { kind: 'unsure', reason: hidesName(nameless) }
      : { kind: 'unsure', reason, settle };
  }
  if (created.isAbsent) return { kind: 'nothing' };
  if (!policy.manage.includes('create')) return { kind: 'invalid', reason: notPermitted };
  const why = incompleteList({ list });
  if (why) return { kind: 'waits', reason: why };
  const {
    nameless,
    named: [taken],
  } = list as NewServerList;
  if (nameless !== undefined) return { kind: 'waits', reason: hidesName(nameless) };
  return taken ? { kind: 'waits', reason: nameTaken(connection, taken) } : { kind: 'create' };
}

const toBeBound: Reason = {
  code: 'unsure',
  message:
    'it was created, and the pass ended before its id was recorded; the next pass records it',
};
const mayBeCreated: Reason = {
  code: 'unsure',
  message:
    'a request to create it was sent, and its result is not known; it is not sent again until two complete lists show the result',
};
const renamed = (connection: string, label: string): Reason => ({
  code: 'unsure',
  message: `its name was changed before it was known whether it was created under the other name. Restore that name until this is known; \`trueup history ${operand(connection, label)}\` shows it`,
});
const notPermitted: Reason = {
  code: 'invalid',
  message: "it does not exist, and policy.manage does not have 'create'",
};
/** Why a pass may neither create nor delete servers; undefined if it may. */
export function incompleteList({ list }: NewServerInputs): Reason | undefined {
  if (!list) return wantsList;
  const [hidden] = list.hidden;
  return hidden === undefined ? undefined : hides(hidden);
}

const wantsList: Reason = {
  code: 'whole-connection',
  message:
    'servers are only created or deleted by passes over the whole connection, with a complete list',
};
const hides = (id: string): Reason => ({
  code: 'list-incomplete',
  message: `the list does not show ${id}, which is declared: it may lack others, and no server is created or deleted`,
});
const hidesName = (id: string): Reason => ({
  code: 'list-incomplete',
  message: `the list does not show the name of server ${id}: it may be the one that is to be created`,
});
const nameTaken = (connection: string, { id, readOnly }: LiveServer): Reason => ({
  code: 'name-taken',
  message:
    readOnly === undefined
      ? `server ${id} has its name, and may belong to others. To adopt it: \`trueup import ${operand(connection, id)}\`, and declare it with its id instead of this one`
      : `server ${id} has its name, and is ${readOnly}: it cannot be adopted. Give this one another name`,
});

/** For a command to copy: at some gateways, others choose the ids. */
const operand = (connection: string, server: string) =>
  shellWord(plainText(`${connection}/${server}`));

/** The fields that are sent on create, as changes from no value. */
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

/**
 * The fields of the create request. Secrets, and fields of their groups, are sent by a later PUT if the gateway allows
 * that.
 */
export function unitsToCreate(units: readonly Unit[], withSecrets: boolean): readonly Unit[] {
  if (withSecrets) return units;
  const groups = new Set(
    units.flatMap(({ field }) => (field.access === 'secret' ? (field.group ?? []) : [])),
  );
  return units.filter(
    ({ field }) => field.access === 'read-write' && !groups.has(field.group ?? ''),
  );
}

/** Fingerprints of the fields that are sent and can be read back. */
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
