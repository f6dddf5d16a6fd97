import { forgetWaits } from '../../ledger/forget-waits.ts';
import { handOver } from '../../lease/hand-over.ts';
import { serveRounds } from '../../lease/rounds.ts';
import { scopeOf } from '../../lease/scope.ts';
import { waitForLease } from '../../lease/wait-for-lease.ts';
import type { Patience } from '../../lease/wait-for-lease.ts';
import { newLabelIn } from '../../model/names/server-key.ts';
import { withoutConnectionWait } from '../../plan/due.ts';
import type { Dependencies } from '../dependencies.types.ts';
import type { PassRequest } from '../request.types.ts';

/** What to try again. */
export interface Retried {
  readonly connection: string;
  /** Ids; absent means the whole connection. */
  readonly servers?: readonly string[] | undefined;
  readonly by: string;
  /** Whether fields that cannot be read are sent again too. */
  readonly resend: boolean;
}

/** `due`: the number of servers that are tried again. `locked`: nothing was done, because another process has the lease. */
export type RetryResult =
  | { readonly kind: 'noted'; readonly due: number }
  | { readonly kind: 'locked'; readonly owner: string };

/**
 * Records the request, and ends the waits of servers that failed, so that the next pass retries them. Runs under the
 * lease, because a concurrent pass would overwrite the records.
 *
 * @throws StoreError, LostUpdateError or InterruptedError
 */
export async function endWaits(
  { connection, servers, by, resend }: Retried,
  patience: Patience,
  deps: Dependencies,
): Promise<RetryResult> {
  const lease = await waitForLease(connection, patience, deps);
  if (typeof lease === 'string') return { kind: 'locked', owner: lease };
  let due = 0;
  await serveRounds(lease, {
    connection,
    scope: new Set(),
    alone: true,
    round: async (held) => {
      await recordRetry(deps, { connection, servers, by, resend });
      due = await forgetWaits(connection, servers, deps, () => held.assertOwned(0));
      held.saved.setRetry(withoutConnectionWait(held.saved.retry, deps.clock.now()));
      return { stop: true };
    },
  });
  if (resend) {
    for (const id of servers ?? []) {
      // oxlint-disable-next-line no-await-in-loop -- one server, or a few of the same label
      await deps.ledger.markResend(connection, id, deps.uuid());
    }
  }
  return { kind: 'noted', due };
}

/** Requests the pass from the functions. @returns false if there are none @throws StoreError */
export function askForRetry(
  { connection, servers }: Pick<Retried, 'connection' | 'servers'>,
  deps: Pick<Dependencies, 'queue' | 'clock'>,
): Promise<boolean> {
  return handOver(deps, connection, { scope: scopeOf(passOver(servers)), reason: 'handover' });
}

/** Servers are created in passes over the whole connection. */
function passOver(servers: Retried['servers']): Retried['servers'] {
  return servers?.some((id) => newLabelIn(id) !== undefined) ? undefined : servers;
}

/** The same pass, to be run by this process. */
export function retryRequest({ connection, servers, by }: Retried, stop: AbortSignal): PassRequest {
  const named = passOver(servers);
  return {
    connection,
    ...(named && { servers: named }),
    trigger: 'cli',
    caller: { by, command: 'retry' },
    stop,
  };
}

/** Called before anything is done. @throws StoreError */
async function recordRetry(
  { ledger, clock }: Pick<Dependencies, 'ledger' | 'clock'>,
  { connection, servers = [], by, resend }: Retried,
): Promise<void> {
  const act = { kind: 'retry', at: new Date(clock.now()).toISOString(), by } as const;
  if (servers.length === 0) await ledger.record(connection, act);
  for (const server of servers) {
    // oxlint-disable-next-line no-await-in-loop -- one, or a few servers of the same label
    await ledger.record(connection, { ...act, server, ...(resend && { resend }) });
  }
}
