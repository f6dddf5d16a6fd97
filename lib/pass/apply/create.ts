import { buildBody } from '../../plan/body/body.ts';
import { bodyPrints, unitsToCreate } from '../../plan/lifecycle/creation-plan.ts';
import { anothers } from '../../plan/lifecycle/recognition.ts';
import { creationOf } from '../../desired/rules/creation.ts';
import { InterruptedError } from '../../lease/interruption.ts';
import { TrueupError } from '../../model/errors/errors.ts';
import { wasNotProcessed } from '../../model/errors/failure.ts';
import { isVendorError, vendorProblem } from '../../model/errors/vendor-error.ts';
import type { VendorError } from '../../model/errors/vendor-error.ts';
import type { CreatedAnswer } from '../../gateways/provider.ts';
import type { Creation } from '../../model/field-table.types.ts';
import type { Attempt } from '../../lifecycle/protocol.ts';
import type { Reason } from '../../model/ledger.types.ts';
import { comparableId } from '../../model/names/server-id.ts';
import type { StoredLabel } from '../../model/lifecycle.types.ts';
import type { AttemptFailure } from '../after-failure.ts';
import { labelOf } from '../tally.ts';
import { createOnlyHash } from '../read/bound.ts';
import type { ApplyContext } from './context.types.ts';
import { lifecycleRecord, note, reportUnsure } from './lifecycle-work.ts';
import type { LifecycleWork } from './lifecycle-work.ts';
import { newBinding } from './settle.ts';
import { fetchValues } from './secret-values.ts';

/** The result of creating a server. */
export type CreateResult =
  | { readonly kind: 'created'; readonly answer: CreatedAnswer }
  /** The gateway rejected the request, or it was not sent: this attempt did not create the server. */
  | { readonly kind: 'rejected'; readonly error: VendorError }
  /** It may exist. That is recorded, and later passes resolve it. */
  | { readonly kind: 'unsure' }
  /** Something that the request needs is missing, so nothing was sent. */
  | { readonly kind: 'unsent'; readonly failure: AttemptFailure }
  /** Another process has the label, or it could not be written, so nothing was sent. */
  | { readonly kind: 'taken' }
  | { readonly kind: 'interrupted'; readonly error: InterruptedError };

/** The label's reservation changed. Thrown before the request is sent, to prevent it. */
class TakenError extends TrueupError {
  static override readonly name: string = 'TakenError';
}

/**
 * Reserves the label, sends one request, and binds the label to the returned id. The reservation is written last, right
 * before the request is sent.
 *
 * @throws StoreError if the ledger could not be written; later passes then resolve the reservation, if there is one
 */
export async function create(context: ApplyContext, work: LifecycleWork): Promise<CreateResult> {
  const { request, deps, lease, session, seen, tally, keys, account } = context;
  const { connection } = request;
  const { server, changes } = work;
  const { provider } = seen.desired;
  const { withSecrets } = creationOf(provider.table) as Creation;
  const all = [...server.created.createOnly, ...server.units];
  const units = unitsToCreate(all, withSecrets);
  const pointers = new Set(units.map(({ pointer }) => pointer));
  const sentChanges = changes.filter(({ pointer }) => pointers.has(pointer));
  const values = await fetchValues(context.secrets, work.plan, sentChanges);
  if ('failure' in values) return { kind: 'unsent', failure: values.failure };
  const secrets = values.found.map(({ value }) => value);
  const texts = new Map(values.found.map(({ unit, value }) => [unit.pointer, value.reveal()]));
  const nothing = { id: server.id, fields: {} };
  const { body } = buildBody(units, pointers, new Set(), nothing, texts);

  const nonce = deps.uuid();
  let attempt: Attempt | undefined;
  const before = async () => {
    const patience = provider.putPatience ?? 1;
    if (!attempt) {
      lease.saved.countCreate();
      await lease.renew();
      await deps.ledger.record(connection, lifecycleRecord(context, work));
      const reservation = {
        nonce,
        account,
        body: bodyPrints(keys, account, server.id, units),
        createOnly: createOnlyHash(server.created),
        epoch: lease.epoch,
        at: new Date(deps.clock.now()).toISOString(),
      };
      const event = { kind: 'reserve', reservation } as const;
      const { stored } = server.created;
      const taken = await deps.ledger.advance(connection, server.created.label, event, stored);
      if (!taken.ok) throw new TakenError('label-taken', `${server.id} was reserved by another`);
      attempt = reservation;
      tally.written += 1;
    }
    await context.stops.assertMay(server.id);
    lease.assertOwned(deps.settings.attemptMs * patience);
  };

  let answer: CreatedAnswer;
  try {
    const asked = { server: server.id, nonce, body, secrets, before };
    answer = await (session.create as NonNullable<typeof session.create>)(asked);
  } catch (error) {
    if (error instanceof TakenError) return { kind: 'taken' };
    const isUnsent = error instanceof InterruptedError;
    if (!isUnsent && !isVendorError(error)) throw error;
    if (isUnsent || !attempt || wasNotProcessed(error)) {
      if (attempt) await advance(context, work, { kind: 'rejected', nonce });
      return isUnsent ? { kind: 'interrupted', error } : { kind: 'rejected', error };
    }
    const reason = { code: error.code, message: `${vendorProblem(error)}; ${mayExist}` };
    return unsure(context, work, attempt, 'unsure', reason);
  }
  const { id, consentUrl } = answer;
  const own = attempt as unknown as Attempt;
  if (wasThere(context, id)) {
    const reason = anothers(`the gateway answered with server ${id}, which was there before`);
    return unsure(context, work, own, 'person', reason);
  }
  const consent = consentUrl === undefined ? {} : { consentUrl };
  const binding = newBinding(context);
  const event = { kind: 'answered', attempt: own, id, ...consent, binding } as const;
  let isBound = false;
  try {
    isBound = (await advance(context, work, event))?.binding?.id === id;
  } finally {
    if (!isBound) reportUnsure(context, work, notBound(id));
  }
  if (!isBound) return { kind: 'unsure' };
  context.stops.created(server.id, id);
  const about = { connection, pass: tally.id, server: id, ...labelOf(work) };
  tally.events.push({ type: 'Server Created', ...about, ...consent });
  return { kind: 'created', answer };
}

const notBound = (id: string) => ({
  code: 'not-bound',
  message: `it was created, with the id ${id}, but that could not be recorded; a later pass looks for it, or shows it as not declared`,
});
const mayExist = 'it may exist, so the request is not sent again until that is known';

/** Whether a server was in this pass's list, or was created by this pass for another label. */
function wasThere({ seen, tally }: ApplyContext, id: string): boolean {
  const ids = seen.live.forNew?.ids;
  return ids?.has(comparableId(id)) === true || tally.outcomeOf(id) !== 'unreached';
}

async function unsure(
  context: ApplyContext,
  work: LifecycleWork,
  attempt: Attempt,
  state: 'unsure' | 'person',
  reason: Reason,
): Promise<CreateResult> {
  const at = new Date(context.deps.clock.now()).toISOString();
  reportUnsure(context, work, reason);
  await advance(context, work, { kind: 'unknown', attempt, state, at, reason });
  await note(context, work, 'unsure', { reason });
  return { kind: 'unsure' };
}

/** Records the end of this attempt, whatever others recorded meanwhile. @returns undefined if another has the label */
async function advance(
  { request, deps }: ApplyContext,
  { server }: LifecycleWork,
  event: Parameters<typeof deps.ledger.advance>[2],
): Promise<StoredLabel | undefined> {
  const after = await deps.ledger.advance(request.connection, server.created.label, event);
  return after.ok ? after.stored : undefined;
}
