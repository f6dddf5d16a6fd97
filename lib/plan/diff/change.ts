import { hash } from 'node:crypto';
import type { DesiredServer } from '../../model/desired.types.ts';
import type { DiffInputs } from './diff.types.ts';
import { macOf } from './fingerprint.ts';
import type { Json } from '../../model/json/json.types.ts';
import { canonicalJson } from '../../model/json/json.ts';
import { getAt } from '../../model/json/pointer.ts';
import type { AppliedField, AttemptKey, ShownValue } from '../../model/ledger.types.ts';
import type { Cause } from '../../model/outcome.ts';
import type { FieldChange } from '../plan.types.ts';
import { asReference, formatReference } from '../../model/secret-reference.ts';
import type { Reading, Unit } from '../../model/units.ts';

/** 128 bits, in hex. */
const hashDigits = 32;

/** 128 bits of SHA-256 over the canonical JSON, in hex. */
export function digestOf(value: Json): string {
  return hash('sha256', canonicalJson(value), 'hex').slice(0, hashDigits);
}

/** A change of a readable or write-only value. Its hash is keyed, so that the values cannot be guessed from it. */
export function valueChange(
  inputs: DiffInputs,
  unit: Unit,
  cause: Cause,
  before: Reading,
): FieldChange {
  const known = before.kind === 'value' ? before.value : knownWithout(inputs, unit, before);
  return {
    pointer: unit.pointer,
    cause,
    before,
    after: { kind: 'value', value: unit.value },
    compare: unit.field.compare === 'set' ? 'set' : 'value',
    conditional: false,
    ...(isLoosening(inputs, unit, before) && { loosens: true }),
    hash: macOf(
      inputs.keys.current,
      [inputs.account, inputs.server, unit.pointer, before.kind, known, unit.value],
      'hex',
    ).slice(0, hashDigits),
    held: false,
  };
}

function isLoosening({ live }: DiffInputs, { field, value }: Unit, before: Reading): boolean {
  const { loosens, section } = field;
  const known = before.kind === 'value' ? before.value : undefined;
  const around = section === undefined ? undefined : getAt(live.fields, section);
  return loosens?.(known, value, around) ?? false;
}

/**
 * A value that cannot be read is identified by what was last applied, so that the approval of one change is not valid
 * for another.
 */
function knownWithout({ record }: DiffInputs, { pointer }: Unit, { kind }: Reading): string | null {
  const applied = kind === 'unreadable' ? record?.applied[pointer] : undefined;
  return applied?.fingerprint.mac ?? null;
}

/** A change of a secret, shown and hashed by reference and version id; its value is not known here. */
export function secretChange(
  inputs: DiffInputs,
  unit: Unit,
  cause: Cause,
  applied: AppliedField | undefined,
  conditional: boolean,
  live: Reading = { kind: 'unreadable' },
): FieldChange {
  const source = formatReference(asReference(unit.value));
  const version = inputs.secretVersions.get(asReference(unit.value).secret);
  const after: ShownValue = { kind: 'secret', secret: source, ...(version && { version }) };
  const last: ShownValue = applied
    ? {
        kind: 'secret',
        secret: applied.source ?? source,
        ...(applied.version && { version: applied.version }),
      }
    : { kind: 'unreadable' };
  const before = live.kind === 'absent' ? live : last;
  return {
    pointer: unit.pointer,
    cause,
    before,
    after,
    compare: 'value',
    conditional,
    hash: digestOf([inputs.account, inputs.server, unit.pointer, { ...before }, { ...after }]),
    held: false,
  };
}

/** Digest of a plan's changes: only of their sorted hashes, not of times or servers in sync. '' if there are none. */
export function planDigest(hashes: readonly string[]): string {
  if (hashes.length === 0) return '';
  // Each hash is a slice of a longer string, which is slow to compare. Sorting copies takes a third of the time.
  const copies = JSON.parse(JSON.stringify(hashes)) as string[];
  return digestOf(copies.toSorted());
}

/**
 * Identifies an attempt by what it depends on besides the vendor: the declaration, which of its fields are owned (a
 * connection's `ignore` can change that), its policy, and the versions of its secrets and of the connection's sign-in.
 * A failure waits only for attempts with the same key: a changed declaration, policy or secret is tried at once.
 */
export function attemptKey(
  server: DesiredServer,
  secretVersions: ReadonlyMap<string, string>,
  credential?: string,
): AttemptKey {
  const owned = server.units.map(({ pointer, field, value }) =>
    field.access === 'secret'
      ? [pointer, secretVersions.get(asReference(value).secret) ?? null]
      : [pointer],
  );
  const { mode, reassertEvery = null } = server.policy;
  const key = digestOf([server.contentHash, mode, reassertEvery, ...owned]);
  return { key, ...(credential !== undefined && { credential }) };
}
