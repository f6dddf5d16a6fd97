import { InvalidDeclarationError } from '../core/errors.ts';
import type { Dependencies } from './dependencies.types.ts';
import { openSession } from './open-session.ts';
import { planPass } from './plan-pass.ts';
import type { PassPlan } from './plan-pass.ts';
import type { VendorCalls } from './ports/provider.ts';
import { readDesired } from './read-desired.ts';
import { readGate } from './read-gate.ts';
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
  const [reading, ledger, lease] = await Promise.all([
    readDesired(deps.desired, connection, ids, deps),
    deps.ledger.read(connection, ids),
    deps.lease.read(connection),
  ]);
  if (!reading.ok) {
    const issue = { path: '', problem: reading.why, expected: 'a row that fits its schema' };
    throw new InvalidDeclarationError(`connection ${connection}`, [issue], { connection });
  }
  const { desired } = reading;
  const abort = new AbortController();
  const calls: VendorCalls = { list: 0, get: 0, put: 0 };
  const gate = readGate(connection, desired.connection.budget, deps);
  try {
    const signal = stop ? AbortSignal.any([abort.signal, stop]) : abort.signal;
    const { session } = openSession(desired, deps, calls, signal, gate);
    const around = await readSurroundings(session, desired, ledger, deps, ids, true);
    const now = deps.clock.now();
    const { random } = deps;
    const window = lease?.window ?? [];
    const plan = await planPass(
      {
        ...around,
        desired,
        ledger,
        window,
        now,
        random,
        ...(attended && { attended }),
      },
      () => deps.ledger.approvals(connection, now),
    );
    return { ...plan, calls };
  } finally {
    abort.abort();
    await gate.giveBack();
  }
}
