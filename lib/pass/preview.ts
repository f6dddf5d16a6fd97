import { InvalidDeclarationError } from '../core/errors.ts';
import { recounted } from '../lease/change-window.ts';
import { allEnded } from '../core/all-ended.ts';
import type { Dependencies } from '../reconcile/dependencies.types.ts';
import { openSession } from './vendor.ts';
import { planPass, readGuard } from './plan.ts';
import type { PassPlan } from './plan.ts';
import type { VendorCalls } from '../reconcile/ports/provider.ts';
import { read } from './read/read.ts';
import { readAccount } from './read/desired.ts';
import { readOnlyGate } from '../lease/read-only-gate.ts';
import type { PassRequest } from './request.types.ts';

/**
 * What a pass would do, and nothing of it: the first two steps, without the lease and without a write.
 *
 * @throws InvalidDeclarationError if there is no connection row that fits; VendorError, StoreError if a read failed
 */
export async function planConnection(
  request: PassRequest,
  deps: Dependencies,
): Promise<PassPlan & { readonly calls: VendorCalls }> {
  const { connection, servers: ids, attended, stop } = request;
  const abort = new AbortController();
  const calls: VendorCalls = { list: 0, get: 0, put: 0 };
  const signal = stop ? AbortSignal.any([abort.signal, stop]) : abort.signal;
  try {
    const [account, lease] = await allEnded([
      readAccount(deps.desired, connection, deps),
      deps.lease.read(connection),
    ]);
    if (!account.ok) {
      const issue = { path: '', problem: account.why, expected: 'a row that fits its schema' };
      throw new InvalidDeclarationError(`connection ${connection}`, [issue], { connection });
    }
    const gate = readOnlyGate(account.connection.budget, deps.clock);
    const { session } = openSession(account, deps, calls, signal, gate);
    const seen = await read({ ...request, exact: true }, account, session, deps, abort);
    if (!seen.live) throw seen.end;
    const { desired, ledger } = seen;
    const now = deps.clock.now();
    const { random } = deps;
    const countedAt = ledger.servers.values().map((server) => server.countedAt);
    const window = recounted(lease?.window ?? [], countedAt, now);
    const plan = await planPass({
      ...seen,
      readGuard: () => readGuard(desired, ids === undefined, deps),
      window,
      now,
      random,
      countReported: true,
      ...(attended && { attended }),
    });
    return { ...plan, calls };
  } finally {
    abort.abort();
  }
}
