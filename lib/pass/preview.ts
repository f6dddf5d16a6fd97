import { InvalidDeclarationError } from '../model/errors/errors.ts';
import { allEnded } from './limited.ts';
import { readOnlyGate } from '../lease/read-only-gate.ts';
import type { Dependencies } from './dependencies.types.ts';
import type { VendorCalls } from '../gateways/provider.ts';
import { guard } from './guard.ts';
import type { Allowed } from './guard.ts';
import { plan } from './plan.ts';
import { readAccount } from './read/desired.ts';
import { read } from './read/read.ts';
import type { PassRequest } from './request.types.ts';
import { openSession } from './vendor.ts';

/**
 * What a pass would do, and nothing of it: read, plan and guard, without the lease and without a write.
 *
 * @throws InvalidDeclarationError if there is no connection row that fits; VendorError, StoreError if a read failed
 */
export async function preview(
  request: PassRequest,
  deps: Dependencies,
): Promise<Allowed & { readonly calls: VendorCalls }> {
  const { connection, attended, stop } = request;
  const abort = new AbortController();
  const signal = stop ? AbortSignal.any([abort.signal, stop]) : abort.signal;
  const calls: VendorCalls = { list: 0, get: 0, put: 0 };
  try {
    const [account, lease] = await allEnded([
      readAccount(deps.desired, connection, deps),
      deps.lease.read(connection),
    ]);
    if (!account.ok) throw invalid(connection, account.why);
    const gate = readOnlyGate(account.connection.budget, deps.clock);
    const vendor = openSession(account, deps, calls, signal, gate);
    const seen = await read({ ...request, exact: true }, account, vendor, deps, abort);
    if ('ending' in seen) throw seen.ending.error;
    const wanted = plan(seen, attended, deps);
    const { window = [], known, mostKnown } = lease ?? {};
    const saved = { window, known, mostKnown };
    return { ...(await guard(wanted, seen, saved, request, deps, true)), calls };
  } finally {
    abort.abort();
  }
}

function invalid(connection: string, problem: string): InvalidDeclarationError {
  const issue = { path: '', problem, expected: 'a row that fits its schema' };
  return new InvalidDeclarationError(`connection ${connection}`, [issue], { connection });
}
