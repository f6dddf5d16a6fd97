import { createSecretKey } from 'node:crypto';
import { digestOf } from '../../../lib/plan/diff/change.ts';
import type { DesiredServer, ServerPolicy } from '../../../lib/model/desired.types.ts';
import { diffUnit } from '../../../lib/plan/diff/diff.ts';
import type { DiffInputs, FieldVerdict } from '../../../lib/plan/diff/diff.types.ts';
import type { FieldSpec } from '../../../lib/model/field-table.types.ts';
import { fingerprint } from '../../../lib/plan/diff/fingerprint.ts';
import type {
  Fingerprint,
  FingerprintKey,
  FingerprintKeys,
} from '../../../lib/model/fingerprint.types.ts';
import type { Json, JsonObject, Pointer } from '../../../lib/model/json/json.types.ts';
import type {
  AppliedField,
  NormalisedField,
  ServerRecord,
  UndecidedField,
} from '../../../lib/model/ledger.types.ts';
import type { FieldChange, PlannedServer } from '../../../lib/plan/plan.types.ts';
import type { PlanContext, ServerInputs } from '../../../lib/plan/server-plan.types.ts';
import { comparable, declaredUnits } from '../../../lib/model/units.ts';
import type { Unit } from '../../../lib/model/units.ts';
import { fieldAt, table } from './tables.ts';

export const now = Date.parse('2026-03-01T12:00:00.000Z');
export const minute = 60_000;
export const hour = 60 * minute;
export const earlier = '2026-02-01T00:00:00.000Z';
export const iso = (time: number) => new Date(time).toISOString();

export const keyOf = (id: string): FingerprintKey => ({
  id,
  key: createSecretKey(Buffer.alloc(32, id)),
});
export const keys: FingerprintKeys = { current: keyOf('k1'), previous: [] };
/** After a rotation of the key: k1 still verifies. */
export const rotatedKeys: FingerprintKeys = { current: keyOf('k2'), previous: [keyOf('k1')] };
/** k1 is lost. */
export const otherKeys: FingerprintKeys = { current: keyOf('k2'), previous: [] };

export function print(pointer: Pointer, value: Json, by = keys): Fingerprint {
  return fingerprint(by, { account: 'acme', server: 's1', pointer }, value);
}

export function applied(
  pointer: Pointer,
  value: Json,
  more: Partial<AppliedField> = {},
): AppliedField {
  return { fingerprint: print(pointer, value), at: earlier, ...more };
}

export function undecided(
  pointer: Pointer,
  sent: Json,
  answered: Json,
  more: Partial<UndecidedField> = {},
): UndecidedField {
  return {
    sent: print(pointer, sent),
    answered: print(pointer, answered),
    showed: 'old',
    attempts: 1,
    ...more,
  };
}

export function normalised(pointer: Pointer, sent: Json, answered: Json): NormalisedField {
  return { sent: print(pointer, sent), answered: print(pointer, answered) };
}

/** A server's record: in sync with declaration `h0`, nothing applied. */
export function recordOf(more: Partial<ServerRecord> = {}): ServerRecord {
  return {
    id: 's1',
    rev: 3,
    outcome: 'inSync',
    since: earlier,
    contentHash: 'h0',
    applied: {},
    undecided: {},
    normalised: {},
    ...more,
  };
}

export function unitOf(pointer: Pointer, value: Json, change: Partial<FieldSpec> = {}): Unit {
  const field = fieldAt(pointer, change);
  return { pointer, field, value: comparable(field, value), spelledOut: true };
}

export function diffInputs(live: JsonObject, more: Partial<DiffInputs> = {}): DiffInputs {
  return {
    account: 'acme',
    server: 's1',
    contentHash: 'h1',
    live: { id: 's1', fields: live },
    keys,
    secretVersions: new Map(),
    resend: 'none',
    now,
    ...more,
  };
}

/** State and cause of a verdict in one word: `change:drift`, `refused:not-applied`, `inSync`. */
export function finding(verdict: FieldVerdict): string {
  switch (verdict.state) {
    case 'inSync':
    case 'assumed':
      return verdict.state;
    case 'change':
      return `change:${verdict.change.cause}`;
    case 'refused':
      return `refused:${verdict.reason.code}`;
  }
}

export function diffOf(unit: Unit, live: JsonObject, more: Partial<DiffInputs> = {}): FieldVerdict {
  return diffUnit(diffInputs(live, more), unit);
}

export function serverOf(
  spec: JsonObject,
  more: Partial<Omit<DesiredServer, 'policy'>> & { policy?: Partial<ServerPolicy> } = {},
): DesiredServer {
  const policy: ServerPolicy = {
    mode: 'correct',
    manage: ['update'],
    ignore: [],
    ...more.policy,
  };
  const contentHash = digestOf([spec, policy as unknown as Json]);
  const units = declaredUnits(table, spec, policy.ignore);
  return { id: 's1', spec, contentHash, units, ...more, policy };
}

export function contextOf(more: Partial<PlanContext> = {}): PlanContext {
  return {
    account: 'acme',
    keys,
    secretVersions: new Map(),
    now,
    attended: false,
    includeReport: false,
    ...more,
  };
}

export function inputsOf(
  server: DesiredServer,
  live: JsonObject | undefined,
  more: Partial<ServerInputs> = {},
): ServerInputs {
  return {
    declared: { valid: true, server },
    ...(live && { live: { id: server.id, fields: live } }),
    resend: 'none',
    ...more,
  };
}

export function changeOf(more: Partial<FieldChange> = {}): FieldChange {
  return {
    pointer: '/name',
    cause: 'drift',
    before: { kind: 'value', value: 'a' },
    after: { kind: 'value', value: 'b' },
    compare: 'value',
    conditional: false,
    hash: 'hash',
    held: false,
    ...more,
  };
}

export function plannedOf(id: string, more: Partial<PlannedServer> = {}): PlannedServer {
  return { id, mode: 'correct', outcome: 'updated', changes: [changeOf({ hash: id })], ...more };
}
