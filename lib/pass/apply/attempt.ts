import { BlockedBodyError } from '../../plan/body/blocked-body.ts';
import { TrueupError } from '../../model/errors/errors.ts';
import { classifyFailure, mayHaveBeenApplied } from '../../model/errors/failure.ts';
import type { FailureClass } from '../../model/errors/failure.ts';
import { matchFingerprint } from '../../plan/diff/fingerprint.ts';
import type { Pointer } from '../../model/json/json.types.ts';
import type { Intent, ServerRecord } from '../../model/ledger.types.ts';
import type { FieldChange } from '../../plan/plan.types.ts';
import { remainingIntent } from '../../plan/record.ts';
import type { LiveServer } from '../../model/live.types.ts';
import type { Secret } from '../../model/secret.ts';
import { InterruptedError } from '../../lease/interruption.ts';
import { isVendorError, vendorProblem } from '../../model/errors/vendor-error.ts';
import type { VendorError } from '../../model/errors/vendor-error.ts';
import { afterFailure, classOf } from '../after-failure.ts';
import type { AttemptFailure } from '../after-failure.ts';
import { afterAnswer, appliedField, settle } from './answer.ts';
import type { AppliedInputs, SentValue } from './answer.ts';
import type { ApplyContext, ServerWork } from './context.types.ts';
import { intentToWrite, unreadablePointers, withIntent, withoutOvertaken } from './intents.ts';
import { bodyOf, mayBeDropped, restoringBody } from './put-body.ts';
import { readAgain } from './read-again.ts';
import { fetchValues } from './secret-values.ts';
import type { FoundSecret } from './secret-values.ts';

/** The result for one server, before its ledger item is written. */
export type AttemptResult =
  | {
      readonly kind: 'applied';
      readonly record: ServerRecord;
      readonly changes: readonly FieldChange[];
      /** Whether unreadable fields were sent. If the result cannot be recorded, a resend mark is needed. */
      readonly isUnreadable: boolean;
    }
  /** Nothing had to be sent: the secrets have new versions with the same values. */
  | { readonly kind: 'noted'; readonly record: ServerRecord }
  | {
      readonly kind: 'failed';
      readonly record: ServerRecord;
      readonly class: AttemptFailure['class'];
      /** The current record, for another attempt in the same pass. */
      readonly current: ServerRecord;
      /** Absent if the failure was not the vendor's. */
      readonly error?: VendorError;
      readonly isUnreadable: boolean;
    }
  /** The connection failed: the pass ends. */
  | {
      readonly kind: 'connection';
      readonly error: VendorError;
      /** The record to write, if the ledger must change. */
      readonly record?: ServerRecord;
      readonly isUnreadable: boolean;
    }
  /** The ledger could not be written before the PUT, so nothing was sent. */
  | { readonly kind: 'unsent'; readonly error: TrueupError }
  /** The lease was lost or the deadline reached before the PUT, so nothing was sent. */
  | { readonly kind: 'interrupted'; readonly error: InterruptedError };

/** One attempt for one server: fetch values, build the body, write the intent, send the PUT, compare the answer. */
export async function attempt(context: ApplyContext, work: ServerWork): Promise<AttemptResult> {
  try {
    return await attemptServer(context, work);
  } catch (error) {
    if (error instanceof InterruptedError) return { kind: 'interrupted', error };
    if (error instanceof TrueupError) return { kind: 'unsent', error };
    throw error;
  }
}

/** @throws StoreError or LostUpdateError if the intent could not be written, or InterruptedError; then nothing was sent */
async function attemptServer(context: ApplyContext, given: ServerWork): Promise<AttemptResult> {
  const { server } = given;
  const { clock, random } = context.deps;
  const { account, keys } = context;
  await context.stops.assertMay(server.id);
  const common = { account, server, keys, random: random() };
  const { record: was } = given.plan;
  let work: ServerWork;
  try {
    work = await readAgain(context, given);
  } catch (error) {
    if (!isVendorError(error)) throw error;
    return failed(context, { ...common, plan: given.plan, now: clock.now() }, was, error);
  }
  const { plan, live } = work;
  const inputs: AppliedInputs = { ...common, plan, now: clock.now() };
  const values = await fetchValues(context.secrets, plan, work.changes);
  if ('failure' in values) {
    const failure = { ...values.failure, unknown: was.intent };
    const record = afterFailure(was, failure, plan.key(), inputs.now, inputs.random);
    const { class: failureClass } = failure;
    return { kind: 'failed', record, class: failureClass, current: was, isUnreadable: false };
  }
  const unmoved = values.found.filter((found) => isUnmoved(context, work, found));
  const base = withVersions(inputs, unmoved);
  const skip = new Set(unmoved.map(({ unit }) => unit.pointer));
  const changes = work.changes.filter(({ pointer }) => !skip.has(pointer));
  const secrets = new Map(
    values.found.map(({ unit, value }): [Pointer, Secret] => [unit.pointer, value]),
  );
  const made = bodyOf(work, changes, secrets);
  if (made instanceof BlockedBodyError) {
    const { code, message, pointer } = made;
    const reason = { code, message, pointer };
    const failure = { class: 'conflict', reason, unknown: was.intent } as const;
    const record = afterFailure(was, failure, plan.key(), inputs.now, inputs.random);
    return { kind: 'failed', record, class: 'conflict', current: was, isUnreadable: false };
  }
  const { body, sent } = made;
  if (sent.length === 0) {
    const record = settle({ ...inputs, plan: { ...plan, record: base } }, base, skip);
    return { kind: 'noted', record };
  }

  const unreadable = unreadablePointers(plan, sent);
  const intent = intentToWrite(context.lease.epoch, clock.now(), was.intent, unreadable);
  // Written before the PUT, so that after a crash the next pass knows what may have been sent.
  const left = withoutOvertaken(base, plan, sent);
  const ahead = unreadable.length === 0 ? left : { ...left, intent };
  const current = ahead === base ? base : await writeRecord(context, ahead);
  const noted: AppliedInputs = { ...inputs, plan: { ...plan, record: current } };
  const put = () => context.session.put(live.id, body, [...secrets.values()]);
  let answer: LiveServer | undefined;
  try {
    answer = await put();
    if (context.table.dropsPuts && mayBeDropped(sent, live, answer)) answer = await put();
    const restoring = restoringBody(work, sent, answer);
    if (restoring) answer = await context.session.put(live.id, restoring, []);
    const versions = new Map(values.found.map(({ unit, version }) => [unit.pointer, version]));
    const sentValues = sent.map((unit): SentValue => {
      const version = versions.get(unit.pointer);
      const value = secrets.get(unit.pointer)?.reveal() ?? unit.value;
      return { unit, value, ...(version !== undefined && { version }) };
    });
    const after = { ...noted, now: clock.now() };
    const record = afterAnswer(
      after,
      sentValues,
      live,
      answer,
      skip,
      remainingIntent(was.intent, sent),
    );
    return { kind: 'applied', record, changes, isUnreadable: unreadable.length > 0 };
  } catch (error) {
    const isAnswered = answer !== undefined;
    if (isVendorError(error)) {
      const attempted = { intent, unreadable, isAnswered };
      return failed(context, noted, was, error, attempted, classOf(error, given.changes));
    }
    if (error instanceof InterruptedError && unreadable.length > 0 && !isAnswered) {
      // The request was not admitted, so nothing was sent: restore the intent of the ledger.
      await writeRecord(context, withIntent(current, was.intent)).catch(() => undefined);
    }
    throw error;
  }
}

/** Whether a conditional change has a new version but the same value. */
function isUnmoved(
  { account, keys }: ApplyContext,
  { server, plan }: ServerWork,
  { unit, change, value }: FoundSecret,
): boolean {
  const applied = plan.record.applied[unit.pointer];
  if (!change.conditional || !applied) return false;
  const scope = { account, server: server.id, pointer: unit.pointer };
  return matchFingerprint(keys, applied.fingerprint, scope, value.reveal()) === 'same';
}

/**
 * The record with the new versions of secrets whose value is the same; the time when the value was sent does not
 * change. Returns the record itself if it already has these versions.
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

/** @throws StoreError, LostUpdateError, or InterruptedError unless the lease is owned */
async function writeRecord(
  { request, deps, lease }: ApplyContext,
  record: ServerRecord,
): Promise<ServerRecord> {
  lease.assertOwned(0);
  return deps.ledger.writeServer(request.connection, record);
}

/** A PUT that was sent. */
interface Attempted {
  readonly intent: Intent;
  readonly unreadable: readonly Pointer[];
  /** Whether the same PUT was answered with 200 before. */
  readonly isAnswered: boolean;
}

/**
 * The result after a failure. The intent of the PUT stays if it may have been applied; otherwise the earlier intent is
 * restored.
 *
 * @param put - absent if it failed before
 */
function failed(
  context: ApplyContext,
  { plan, random }: AppliedInputs,
  was: ServerRecord,
  error: VendorError,
  put?: Attempted,
  failureClass: FailureClass = classifyFailure(error),
): AttemptResult {
  const isNews = put !== undefined && put.unreadable.length > 0;
  const isUnknown = isNews && (put.isAnswered || mayHaveBeenApplied(error));
  const unknown = isUnknown ? put.intent : was.intent;
  const current = withIntent(plan.record, unknown);
  if (failureClass === 'connection') {
    return {
      kind: 'connection',
      error,
      ...(isNews && { record: current }),
      isUnreadable: isUnknown,
    };
  }
  const failure: AttemptFailure = {
    class: failureClass,
    reason: { code: error.code, message: vendorProblem(error) },
    retryAfterMs: error.retryAfterMs,
    unknown,
  };
  const record = afterFailure(current, failure, plan.key(), context.deps.clock.now(), random);
  return { kind: 'failed', record, class: failureClass, current, error, isUnreadable: isUnknown };
}
