import { backoffMs } from '../../model/backoff.ts';
import type { DesiredServer } from '../../model/desired.types.ts';
import type { FieldVerdict } from '../../plan/diff/diff.types.ts';
import { maxAttempts } from '../../plan/diff/diff.ts';
import { stoppedAgain } from '../../plan/due.ts';
import { refusedOf } from '../../plan/finding.ts';
import { fingerprint } from '../../plan/diff/fingerprint.ts';
import type { FingerprintKeys } from '../../model/fingerprint.types.ts';
import type { Json, Pointer } from '../../model/json/json.types.ts';
import type {
  AppliedField,
  Intent,
  Reason,
  ServerRecord,
  UndecidedField,
} from '../../model/ledger.types.ts';
import type { LiveServer } from '../../model/live.types.ts';
import { notedFields, withOutcome } from '../../plan/record.ts';
import type { ServerPlan } from '../../plan/server-plan.types.ts';
import { asReference, formatReference } from '../../model/secret-reference.ts';
import type { Unit } from '../../model/units.ts';
import { undecidedField } from '../../plan/body/undecided.ts';
import { verifyUnit } from '../../plan/body/verify-answer.ts';

/** A value that was sent, or that is the same as the last sent one, with its secret version. */
export interface SentValue {
  readonly unit: Unit;
  readonly value: Json;
  readonly version?: string;
}

export interface AppliedInputs {
  /** `accountKey` of the connection. */
  readonly account: string;
  readonly server: DesiredServer;
  readonly plan: ServerPlan;
  readonly keys: FingerprintKeys;
  readonly now: number;
  readonly random: number;
}

/** The applied record of a value that now counts as applied. */
export function appliedField(
  { account, server, keys, now }: AppliedInputs,
  { unit, value, version }: SentValue,
): AppliedField {
  const scope = { account, server: server.id, pointer: unit.pointer };
  return {
    fingerprint: fingerprint(keys, scope, value),
    at: new Date(now).toISOString(),
    ...(version !== undefined && { version }),
    ...(unit.field.access === 'secret' && { source: formatReference(asReference(unit.value)) }),
  };
}

/**
 * The record after a PUT with the answer 200. Each sent field is compared with the answer.
 *
 * | answer shows       | applied record | outcome |
 * |--------------------|----------------|---------|
 * | what was sent, or cannot show it | the sent value | `inSync` or `assumed` |
 * | the old or a third value | unchanged      | `waiting`: another PUT and a later pass decide |
 *
 * @param unmoved - secrets with a new version and the same value
 * @param intent - fields that stay unknown: those of an earlier intent that this PUT did not have
 */
export function afterAnswer(
  inputs: AppliedInputs,
  sent: readonly SentValue[],
  before: LiveServer,
  answer: LiveServer,
  unmoved: ReadonlySet<Pointer>,
  intent: Intent | undefined,
): ServerRecord {
  const { plan, server, keys } = inputs;
  const { record } = plan;
  const noted = notedFields(record, plan.verdicts);
  const applied: Record<Pointer, AppliedField> = { ...noted.applied };
  const undecided: Record<Pointer, UndecidedField> = { ...noted.undecided };
  const normalised = { ...noted.normalised };
  for (const one of sent) {
    const { unit, value } = one;
    const { pointer } = unit;
    const verified = verifyUnit(unit, before, answer);
    delete normalised[pointer];
    if (!('answered' in verified)) {
      applied[pointer] = appliedField(inputs, one);
      delete undecided[pointer];
      continue;
    }
    const scope = { account: inputs.account, server: server.id, pointer };
    // A new declaration gets three attempts, even if it did not change this field.
    const verdict = plan.verdicts.find((found) => found.unit.pointer === pointer);
    const isAgain =
      record.contentHash === server.contentHash &&
      verdict?.state === 'change' &&
      verdict.change.cause === 'notApplied';
    const attempts = (isAgain ? (undecided[pointer]?.attempts ?? 0) : 0) + 1;
    undecided[pointer] = undecidedField(
      keys,
      scope,
      value,
      verified,
      isAgain ? undecided[pointer] : record.normalised[pointer],
      // A field that was refused before is refused again after one attempt.
      isRefusedAgain(verdict) ? Math.max(attempts, maxAttempts) : attempts,
    );
  }
  const { intent: _ours, ...rest } = record;
  const fields = { applied, undecided, normalised, ...(intent && { intent }) };
  const done = new Set([...unmoved, ...sent.map(({ unit }) => unit.pointer)]);
  return settle(inputs, { ...rest, ...fields }, done);
}

/**
 * The record when nothing more is sent for now.
 *
 * @param done - pointers that were sent, or that did not need to be sent
 */
export function settle(
  inputs: AppliedInputs,
  record: ServerRecord,
  done: ReadonlySet<Pointer>,
): ServerRecord {
  const { server, plan, now } = inputs;
  const { undecided } = record;
  const refusals = plan.verdicts.flatMap((verdict) => {
    const { pointer } = verdict.unit;
    if (verdict.state === 'refused') return [{ pointer, reason: verdict.reason }];
    const isStill = isRefusedAgain(verdict) && undecided[pointer] !== undefined;
    return isStill ? [{ pointer, reason: verdict.refused }] : [];
  });
  const isRefused = new Set(refusals.map(({ pointer }) => pointer));
  const open = Object.entries(undecided).find(([pointer]) => !isRefused.has(pointer));
  const common = {
    label: server.label,
    generation: server.generation ?? record.generation,
    contentHash: server.contentHash,
    settled: !open && isSettled(plan, done) ? server.contentHash : undefined,
    stopped: undefined,
  };
  if (refusals[0]) {
    return withOutcome(record, 'refused', now, {
      ...common,
      reason: refusals[0].reason,
      stopped: plan.verdicts.some(isRefusedAgain)
        ? stoppedAgain(record.stopped, 'refused', plan.key(), now)
        : refusedOf(record.stopped, plan.key(), now),
      retry: undefined,
    });
  }
  if (open) {
    const [pointer, field] = open;
    const notBefore = now + backoffMs(field.attempts, inputs.random);
    return withOutcome(record, 'waiting', now, {
      ...common,
      reason: undecidedReason(pointer, field, isSecret(plan, pointer)),
      retry: {
        attempts: field.attempts,
        notBefore: new Date(notBefore).toISOString(),
        ...plan.key(),
      },
    });
  }
  const outcome = plan.verdicts.some(isUnreadable) ? 'assumed' : 'inSync';
  return withOutcome(record, outcome, now, { ...common, retry: undefined });
}

/** Whether all applied fingerprints now belong to the declaration: nothing is held, nothing is unverifiable. */
function isSettled({ verdicts }: ServerPlan, done: ReadonlySet<Pointer>): boolean {
  return verdicts.every(
    (verdict) =>
      done.has(verdict.unit.pointer) ||
      verdict.state === 'inSync' ||
      (verdict.state === 'assumed' && verdict.verifiable),
  );
}

/** Whether no answer can show the field's value. */
export function isUnreadable(verdict: FieldVerdict): boolean {
  return (
    verdict.state === 'assumed' ||
    verdict.unit.field.access !== 'read-write' ||
    ('change' in verdict && verdict.change.before.kind === 'unreadable')
  );
}

/** Whether the field was refused before and was sent once more. */
function isRefusedAgain(
  verdict: FieldVerdict | undefined,
): verdict is FieldVerdict & { state: 'change'; refused: Reason } {
  return verdict?.state === 'change' && verdict.refused !== undefined;
}

const isSecret = ({ verdicts }: ServerPlan, pointer: Pointer) =>
  verdicts.some(({ unit }) => unit.pointer === pointer && unit.field.access === 'secret');

function undecidedReason(pointer: Pointer, { showed }: UndecidedField, ofSecret: boolean): Reason {
  if (ofSecret) {
    const message = 'the gateway answered 200, but shows that no secret is stored';
    return { code: 'not-applied', message, pointer };
  }
  return showed === 'old'
    ? {
        code: 'not-applied',
        message: 'the gateway answered 200, but still shows the old value',
        pointer,
      }
    : {
        code: 'undecided',
        message: 'the gateway answered 200, but shows a value other than the one that was sent',
        pointer,
      };
}
