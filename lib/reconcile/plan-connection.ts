import { InvalidDeclarationError } from '../core/errors.ts';
import { recounted } from '../lease/change-window.ts';
import { allEnded } from './all-ended.ts';
import type { Dependencies } from './dependencies.types.ts';
import { openSession } from './open-session.ts';
import { planPass } from './plan-pass.ts';
import type { PassPlan } from './plan-pass.ts';
import type { VendorCalls } from './ports/provider.ts';
import type { Account } from './read-desired.ts';
import { readOnlyGate } from '../lease/read-only-gate.ts';
import { readSideBySide } from './read-side-by-side.ts';
import { readSurroundings } from './read-surroundings.ts';
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
  const open = (account: Account) => {
    const gate = readOnlyGate(account.connection.budget, deps.clock);
    return openSession(account, deps, calls, signal, gate);
  };
  try {
    const [{ reading, ledger, opened, listed, versions }, lease] = await allEnded(
      [readSideBySide({ ...request, exact: true }, deps, open, abort), deps.lease.read(connection)],
      abort,
    );
    if (!reading.ok || !opened) {
      const problem = reading.ok ? 'cannot be opened' : reading.why;
      const issue = { path: '', problem, expected: 'a row that fits its schema' };
      throw new InvalidDeclarationError(`connection ${connection}`, [issue], { connection });
    }
    const { desired } = reading;
    const { session } = opened;
    const options = { listed, versions, exact: true };
    const around = await readSurroundings(session, desired, ledger, deps, ids, options);
    const now = deps.clock.now();
    const { random } = deps;
    const countedAt = ledger.servers.values().map((server) => server.countedAt);
    const window = recounted(lease?.window ?? [], countedAt, now);
    const plan = await planPass({
      ...around,
      desired,
      ledger,
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
