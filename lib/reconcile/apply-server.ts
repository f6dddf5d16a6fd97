import { buildBody } from '../core/body.ts';
import { classifyFailure, mayHaveBeenApplied } from '../core/failure.ts';
import type { DesiredServer } from '../core/desired.types.ts';
import { matchFingerprint } from '../core/fingerprint.ts';
import type { FingerprintKeys } from '../core/fingerprint.types.ts';
import type { Pointer } from '../core/json.types.ts';
import type { Intent, ServerRecord } from '../core/ledger.types.ts';
import type { LiveServer } from '../core/live.types.ts';
import type { FieldChange } from '../core/plan.types.ts';
import type { ServerPlan } from '../core/plan-server.ts';
import type { Secret } from '../core/secret.ts';
import { asReference } from '../core/secret-reference.ts';
import type { Unit } from '../core/units.ts';
import { afterAnswer, appliedField, settle } from './apply-outcome.ts';
import type { AppliedInputs, SentValue } from './apply-outcome.ts';
import type { VendorSession } from './ports/provider.ts';
import type { SecretValue } from './ports/secrets.ts';
import { isVendorError } from './ports/vendor-error.ts';
import type { VendorError } from './ports/vendor-error.ts';
import type { SecretValues } from './secret-values.ts';
import { afterFailure } from './transitions.ts';
import type { AttemptFailure } from './transitions.ts';

/** One server that apply works on. */
export interface ServerWork {
  readonly server: DesiredServer;
  readonly plan: ServerPlan;
  readonly live: LiveServer;
  /** What to send: permitted by mode, guard and the person who asked. */
  readonly changes: readonly FieldChange[];
  /** Whether the guard holds other changes of it. */
  readonly held: boolean;
}

export interface ApplyContext {
  readonly connection: string;
  readonly session: VendorSession;
  readonly secrets: SecretValues;
  readonly keys: FingerprintKeys;
  readonly epoch: number;
  readonly now: () => number;
  readonly random: () => number;
  /** Throws unless the lease is still ours for as long as an attempt may last. */
  readonly assertHeld: () => void;
}

/** What became of one server, before its ledger item is written. */
export type AttemptResult =
  | {
      readonly kind: 'applied';
      readonly record: ServerRecord;
      readonly changes: readonly FieldChange[];
    }
  /** Nothing had to be sent after all: the secrets moved, their values did not. */
  | { readonly kind: 'noted'; readonly record: ServerRecord }
  | {
      readonly kind: 'failed';
      readonly record: ServerRecord;
      readonly class: AttemptFailure['class'];
      /** Absent if it was not the vendor that failed. */
      readonly error?: VendorError;
    }
  /** The connection's failure: the pass ends. */
  | {
      readonly kind: 'connection';
      readonly error: VendorError;
      /** To be written if the PUT may have been applied: what is unknown now. */
      readonly record?: ServerRecord;
    };

/** One attempt at one server: values, body, PUT, and the answer held against what was sent. Throws StoreError only. */
export async function applyServer(context: ApplyContext, work: ServerWork): Promise<AttemptResult> {
  const { server, plan, live } = work;
  const inputs: AppliedInputs = {
    connection: context.connection,
    server,
    plan,
    keys: context.keys,
    now: context.now(),
    random: context.random(),
  };
  const values = await fetchValues(context, work);
  if ('failure' in values) {
    const record = afterFailure(plan.record, values.failure, plan.key, inputs.now, inputs.random);
    return { kind: 'failed', record, class: values.failure.class };
  }
  const unmoved = values.found.filter((found) => isUnmoved(context, work, found));
  const base = withVersions(inputs, unmoved);
  const skip = new Set(unmoved.map(({ unit }) => unit.pointer));
  const changes = work.changes.filter(({ pointer }) => !skip.has(pointer));
  const noted: AppliedInputs = { ...inputs, plan: { ...plan, record: base } };
  if (changes.length === 0) return { kind: 'noted', record: settle(noted, base, skip) };

  const secrets = new Map(
    values.found.map(({ unit, value }): [Pointer, Secret] => [unit.pointer, value]),
  );
  const { body, sent } = bodyOf(work, changes, secrets);
  try {
    context.assertHeld();
    const answer = await context.session.put(server.id, body, [...secrets.values()]);
    const versions = new Map(values.found.map(({ unit, version }) => [unit.pointer, version]));
    const sentValues = sent.map((unit): SentValue => {
      const version = versions.get(unit.pointer);
      const value = secrets.get(unit.pointer)?.reveal() ?? unit.value;
      return { unit, value, ...(version !== undefined && { version }) };
    });
    const record = afterAnswer({ ...noted, now: context.now() }, sentValues, live, answer, skip);
    return { kind: 'applied', record, changes };
  } catch (error) {
    if (!isVendorError(error)) throw error;
    return failed(context, noted, sent, error);
  }
}

interface FoundSecret {
  readonly unit: Unit;
  readonly change: FieldChange;
  readonly value: Secret;
  readonly version: string;
}

async function fetchValues(
  { secrets }: ApplyContext,
  { plan, changes }: ServerWork,
): Promise<{ found: readonly FoundSecret[] } | { failure: AttemptFailure }> {
  const wanted = changes.flatMap((change) => {
    const unit = plan.verdicts.find((verdict) => verdict.unit.pointer === change.pointer)?.unit;
    return unit?.field.access === 'secret' ? [{ unit, change }] : [];
  });
  const values = await Promise.all(
    wanted.map(async ({ unit, change }) => ({
      unit,
      change,
      value: await secrets.get(asReference(unit.value)),
    })),
  );
  for (const { unit, value } of values) {
    if (!value.found) return { failure: secretFailure(unit, value) };
  }
  return {
    found: values.flatMap(({ unit, change, value }) =>
      value.found ? [{ unit, change, value: value.value, version: value.version }] : [],
    ),
  };
}

function secretFailure(unit: Unit, value: SecretValue & { found: false }): AttemptFailure {
  return {
    class: value.code === 'unavailable' ? 'transient' : 'terminal',
    reason: { code: `secret-${value.code}`, message: value.message, pointer: unit.pointer },
  };
}

/** Whether a conditional change turns out to be none: another version, the same value. */
function isUnmoved(
  { connection, keys }: ApplyContext,
  { server, plan }: ServerWork,
  { unit, change, value }: FoundSecret,
): boolean {
  const applied = plan.record.applied[unit.pointer];
  if (!change.conditional || !applied) return false;
  const scope = { connection, server: server.id, pointer: unit.pointer };
  return matchFingerprint(keys, applied.fingerprint, scope, value.reveal()) === 'same';
}

/**
 * The record with the versions noted that brought the same value. When it was sent stays as it was. The record itself
 * if it says all of that already: a list of versions that is minutes old is no news.
 */
function withVersions(inputs: AppliedInputs, unmoved: readonly FoundSecret[]): ServerRecord {
  const { record } = inputs.plan;
  const noted = unmoved.flatMap(({ unit, value, version }) => {
    const known = record.applied[unit.pointer];
    const field = appliedField(inputs, { unit, value: value.reveal(), version });
    const isKnown =
      known?.version === version &&
      known.source === field.source &&
      known.fingerprint.keyId === field.fingerprint.keyId;
    return isKnown ? [] : [[unit.pointer, { ...field, ...(known && { at: known.at }) }] as const];
  });
  if (noted.length === 0) return record;
  return { ...record, applied: { ...record.applied, ...Object.fromEntries(noted) } };
}

function bodyOf(
  { plan, live }: ServerWork,
  changes: readonly FieldChange[],
  secrets: ReadonlyMap<Pointer, Secret>,
) {
  const pointers = new Set(changes.map(({ pointer }) => pointer));
  const withheld = plan.verdicts.flatMap((verdict) =>
    'change' in verdict && !pointers.has(verdict.unit.pointer) ? [verdict.unit.pointer] : [],
  );
  const texts = new Map([...secrets].map(([pointer, value]) => [pointer, value.reveal()]));
  const units = plan.verdicts.map(({ unit }) => unit);
  return buildBody(units, pointers, new Set(withheld), live, texts);
}

function failed(
  context: ApplyContext,
  inputs: AppliedInputs,
  sent: readonly Unit[],
  error: VendorError,
): AttemptResult {
  const { plan, random } = inputs;
  const failureClass = classifyFailure(error);
  const now = context.now();
  const unreadable = sent.filter(({ field }) => field.access !== 'read-write');
  const unknown: Intent | undefined =
    mayHaveBeenApplied(error) && unreadable.length > 0
      ? {
          epoch: context.epoch,
          pointers: unreadable.map(({ pointer }) => pointer),
          at: new Date(now).toISOString(),
        }
      : undefined;
  if (failureClass === 'connection') {
    const record = unknown && { ...plan.record, intent: unknown };
    return { kind: 'connection', error, ...(record && { record }) };
  }
  const record = afterFailure(
    plan.record,
    {
      class: failureClass,
      reason: { code: error.code, message: error.message },
      retryAfterMs: error.retryAfterMs,
      ...(unknown && { unknown }),
    },
    plan.key,
    now,
    random,
  );
  return { kind: 'failed', record, class: failureClass, error };
}
