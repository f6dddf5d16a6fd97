import { allEnded } from './limited.ts';
import type { Lease } from '../lease/lease.ts';
import type { Dependencies } from './dependencies.types.ts';
import { apply } from './apply/apply.ts';
import { guard, knownIn, recordHeld } from './guard.ts';
import type { Pass, PassDone } from './pass.types.ts';
import { plan } from './plan.ts';
import type { Declared } from '../plan/server-plan.types.ts';
import { readAccount, readDesired } from './read/desired.ts';
import { read } from './read/read.ts';
import { report } from './report.ts';
import type { PassRequest } from './request.types.ts';
import { newLabelIn } from '../model/names/server-key.ts';
import { Tally } from './tally.ts';
import { openVendor } from './vendor.ts';

/**
 * One pass under a lease: read, plan, guard, apply, report.
 *
 * @throws StoreError if a table could not be read or written
 */
export async function makePass(
  asked: PassRequest,
  deps: Dependencies,
  lease: Lease,
): Promise<PassDone> {
  const request = ofWhole(asked);
  const pass = { request, deps, lease, tally: new Tally(deps), abort: new AbortController() };
  try {
    const account = await readAccount(deps.desired, request.connection, deps);
    if (!account.ok) return await reportInvalid(account.why, pass);
    const vendor = await openVendor(account, pass);
    const question = { ...request, isFailing: lease.saved.retry !== undefined };
    const seen = await read(question, account, vendor, deps, pass.abort); // 1
    if ('ending' in vendor) return await report(pass, { seen, applied: vendor });
    if ('ending' in seen) return await report(pass, { seen, vendor, applied: seen });
    const wanted = plan(seen, request.attended, deps); // 2 pure and synchronous
    const allowed = await guard(wanted, seen, lease.saved, request, deps); // 3
    if (request.servers === undefined) lease.saved.knows(knownIn(seen.ledger));
    await recordHeld(allowed, pass);
    const applied = await apply(allowed, seen, vendor, pass); // 4 each server on its own
    return await report(pass, { seen, vendor, allowed, applied }); // 5
  } finally {
    // Nothing may continue after the pass has ended.
    pass.abort.abort();
  }
}

/** A server that does not exist yet needs a complete list, so an unattended pass that names one covers all servers. */
function ofWhole(request: PassRequest): PassRequest {
  const isNew = request.servers?.some((id) => newLabelIn(id) !== undefined);
  if (request.attended || isNew !== true) return request;
  const { servers: _named, ...whole } = request;
  return whole;
}

/** If the connection's row is not valid, its servers are invalid too. */
async function reportInvalid(why: string, pass: Pass): Promise<PassDone> {
  const { request, deps, tally } = pass;
  const { connection, servers } = request;
  const [rows, ledger, labels] = await allEnded([
    readDesired(deps.desired, connection, servers, deps),
    deps.ledger.read(connection, servers),
    deps.ledger.labels(connection),
  ]);
  const reason = { code: 'invalid-connection', message: why };
  const invalid = new Map<string, Declared>();
  for (const key of rows.ok ? rows.desired.servers.keys() : rows.ids) {
    const stored = labels.get(newLabelIn(key) ?? '');
    const id = stored?.binding?.id ?? key;
    invalid.set(id, { valid: false, server: { id, reason: why, ...(stored && { stored }) } });
    tally.found(id, { outcome: 'invalid', reason });
  }
  const applied = { ending: { state: 'invalid', reason } } as const;
  return report(pass, { seen: { ledger, invalid }, applied });
}
