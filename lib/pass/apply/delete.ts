import { InterruptedError } from '../../lease/interruption.ts';
import { wasNotProcessed } from '../../model/errors/failure.ts';
import { isVendorError, vendorProblem } from '../../model/errors/vendor-error.ts';
import type { VendorError } from '../../model/errors/vendor-error.ts';
import { comparableId } from '../../model/names/server-id.ts';
import type { Reason } from '../../model/ledger.types.ts';
import type { LiveServer } from '../../model/live.types.ts';
import { deletionChanges } from '../../plan/lifecycle/deletion-plan.ts';
import { labelOf } from '../tally.ts';
import type { ApplyContext } from './context.types.ts';
import { lifecycleRecord, note, owner, reportUnsure } from './lifecycle-work.ts';
import type { LifecycleWork } from './lifecycle-work.ts';

/** The result of deleting a server. */
export type DeleteResult =
  | { readonly kind: 'deleted' }
  /** Nothing was sent, or the gateway rejected it. */
  | { readonly kind: 'rejected'; readonly error: VendorError }
  /** It changed since it was approved, or no longer exists, so nothing was sent. */
  | { readonly kind: 'changed' }
  /** Another process wrote to its label, so nothing was sent. */
  | { readonly kind: 'taken' }
  /** It may be deleted. That is recorded, and later passes resolve it. */
  | { readonly kind: 'unsure' }
  | { readonly kind: 'interrupted'; readonly error: InterruptedError };

/**
 * Deletes a server with one request, if it is still as it was approved.
 *
 * @throws StoreError if the ledger could not be written
 */
export async function remove(context: ApplyContext, work: LifecycleWork): Promise<DeleteResult> {
  const { request, deps, lease, session, seen, tally, keys, account } = context;
  const { connection } = request;
  const { server, changes, plan } = work;
  const { label, stored } = server.created;
  const { provider } = seen.desired;
  try {
    await context.stops.assertMay(server.id);
    const live = await readNow(context, server.id);
    const now = live && deletionChanges(keys, account, provider.table, live);
    const permitted = new Set(changes.map(({ hash }) => hash));
    const isSame = now?.length === changes.length && now.every(({ hash }) => permitted.has(hash));
    if (!isSame) {
      await note(context, work, 'waiting', { reason: changedMeanwhile });
      return { kind: 'changed' };
    }
    const record = lifecycleRecord(context, work);
    await deps.ledger.record(connection, record);
    lease.assertOwned(deps.settings.attemptMs * (provider.putPatience ?? 1));
    const event = {
      kind: 'remove',
      at: record.at,
      epoch: lease.epoch,
      approval: record.approval ?? `by ${record.by ?? 'a user'}`,
      ...owner(context),
    } as const;
    const begun = await deps.ledger.advance(connection, label, event, stored);
    if (!begun.ok) return { kind: 'taken' };
    tally.written += 1;
  } catch (error) {
    if (error instanceof InterruptedError) return { kind: 'interrupted', error };
    if (isVendorError(error)) return { kind: 'rejected', error };
    throw error;
  }
  let unsure: Reason | undefined;
  try {
    await (session.remove as NonNullable<typeof session.remove>)(server.id);
    if (await isStillShown(context, server.id)) unsure = stillShown;
  } catch (error) {
    const isUnsent = error instanceof InterruptedError;
    if (!isUnsent && !isVendorError(error)) throw error;
    if (isUnsent || wasNotProcessed(error)) {
      await deps.ledger.advance(connection, label, { kind: 'kept', epoch: lease.epoch });
      return isUnsent ? { kind: 'interrupted', error } : { kind: 'rejected', error };
    }
    unsure = { code: error.code, message: `${vendorProblem(error)}; ${mayBeGone}` };
  }
  if (unsure) {
    reportUnsure(context, work, unsure);
    await note(context, work, 'unsure', { reason: unsure });
    return { kind: 'unsure' };
  }
  // Reported first: whatever can be written afterwards, the server is gone.
  tally.found(server.id, { outcome: 'deleted', ...labelOf(work) });
  const about = { connection, pass: tally.id, server: server.id, ...labelOf(work) };
  tally.events.push({ type: 'Server Deleted', ...about });
  await deps.ledger.advance(connection, label, { kind: 'gone', epoch: lease.epoch });
  if (plan.record.rev > 0) {
    lease.assertOwned(0);
    await deps.ledger.forgetServer(connection, plan.record);
  }
  return { kind: 'deleted' };
}

/**
 * Whether the gateway shows a server after it answered that it was deleted. If it cannot be read, as where other tokens
 * than an administrator's get a 403, only the answer counts.
 */
async function isStillShown(context: ApplyContext, id: string): Promise<boolean> {
  try {
    return (await readNow(context, id)) !== undefined;
  } catch (error) {
    if (!isVendorError(error) && !(error instanceof InterruptedError)) throw error;
    return false;
  }
}

/** Reads it in the same way as for the plan, because a list may show other values than a GET. */
async function readNow(
  { session, seen }: ApplyContext,
  id: string,
): Promise<LiveServer | undefined> {
  if (seen.desired.provider.hasSlowGet === true) {
    for await (const page of session.list()) {
      const live = page.find((one) => comparableId(one.id) === comparableId(id));
      if (live) return live;
    }
    return undefined;
  }
  try {
    return await session.get(id);
  } catch (error) {
    if (isVendorError(error) && error.status === 404) return undefined;
    throw error;
  }
}

const changedMeanwhile = {
  code: 'changed-meanwhile',
  message: 'it changed since the approval; nothing was deleted. A later pass plans it again',
};
const stillShown = {
  code: 'not-deleted',
  message:
    'the gateway answered that it was deleted, but still shows it; a later pass reads the result',
};
const mayBeGone = 'it may be deleted; a later pass reads the result';
