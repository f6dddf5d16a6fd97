import type { PassReport } from '../model/ledger.types.ts';
import { endedLately } from '../lease/in-flight.ts';
import { allEnded } from './limited.ts';
import { findingsOf, tallyFindings } from './apply/findings.ts';
import type { Findings } from './apply/findings.ts';
import type { Dependencies } from './dependencies.types.ts';
import { guard } from './guard.ts';
import type { Allowed } from './guard.ts';
import { missingSecrets } from '../plan/body/missing-secrets.ts';
import { plan } from './plan.ts';
import { invalidConnection, readAccount } from './read/desired.ts';
import type { Earlier } from './read/earlier.ts';
import { read } from './read/read.ts';
import type { Readings } from './read/readings.types.ts';
import { passReport } from './report.ts';
import type { Attended, PassRequest } from './request.types.ts';
import { readersPatienceMs } from '../lease/reader-lease.ts';
import { readersGate } from './readers-gate.ts';
import { Tally } from './tally.ts';
import { openSession } from './vendor.ts';

/** A plan that is not applied, with what a following pass needs from it. */
export interface Preview extends Allowed {
  /** For the pass that applies the plan. */
  readonly earlier: Earlier;
  /** The report of a pass that sends nothing. Absent if such a pass would record something. */
  readonly idle?: PassReport;
}

/** For a plan that includes servers of mode `report`, as a confirmed apply does. */
export const withReported: Attended = {
  shown: new Set(),
  approved: false,
  includeReport: true,
  lockTimeoutMs: readersPatienceMs,
};

/**
 * What a pass would do: read, plan and guard, without the lease and without writing.
 *
 * @throws InvalidDeclarationError if there is no valid connection row; VendorError, StoreError if a read failed
 */
export async function preview(request: PassRequest, deps: Dependencies): Promise<Preview> {
  const { connection, attended, stop } = request;
  const abort = new AbortController();
  const signal = stop ? AbortSignal.any([abort.signal, stop]) : abort.signal;
  const tally = new Tally(deps);
  const { calls } = tally;
  try {
    const [account, lease] = await allEnded([
      readAccount(deps.desired, connection, deps),
      deps.lease.read(connection),
    ]);
    if (!account.ok) throw invalidConnection(connection, account.why);
    const gate = readersGate(account.connection, deps, signal, attended?.lockTimeoutMs);
    const vendor = openSession(account, deps, calls, signal, gate);
    const seen = await read({ ...request, exact: true }, account, vendor, deps, abort);
    if ('ending' in seen) throw seen.ending.error;
    const wanted = plan(seen, attended, deps);
    const { window = [], creates = [], known, mostKnown, retry } = lease ?? {};
    const saved = { window, creates, known, mostKnown };
    const allowed = withMissing(await guard(wanted, seen, saved, request, deps, true), seen, deps);
    const earlier = { row: account.row, seen, planned: allowed.planned, calls };
    const findings = findingsOf(allowed, seen, new Set());
    // Requests of a process that died may still arrive, so a pass reads again later.
    const isOpen = retry !== undefined || endedLately(lease ?? {}, deps.clock.now());
    if (isOpen || !isIdle(allowed, seen, findings)) return { ...allowed, earlier };
    tallyFindings(findings, tally);
    const outcome = { seen, vendor, allowed, applied: { unreached: [] } };
    const { held: _marked, ...idle } = passReport(request, tally, outcome, deps.clock.now());
    return { ...allowed, earlier, idle };
  } finally {
    abort.abort();
  }
}

/** Adds the secrets that were not found, for the servers that were read. */
function withMissing(
  allowed: Allowed,
  { desired, live, secretVersions }: Readings,
  { secrets }: Dependencies,
): Allowed {
  const servers = [...live.declared.keys()].flatMap((id) => {
    const declared = desired.servers.get(id);
    return declared?.valid ? [declared.server] : [];
  });
  const missing = missingSecrets(servers, secretVersions);
  if (missing.length === 0) return allowed;
  const similar = secrets.similar?.(
    allowed.plan.connection,
    missing.map(({ secret }) => secret),
  );
  const shown = missing.map((one) => {
    const near = similar?.get(one.secret);
    return near === undefined ? one : { ...one, similar: near };
  });
  return { ...allowed, plan: { ...allowed.plan, missingSecrets: shown } };
}

/** Whether a pass that sends nothing would neither write to the ledger nor read more than the plan did. */
function isIdle(
  { planned, servers }: Allowed,
  { ledger, live }: Readings,
  { news, gone }: Findings,
): boolean {
  const isHeld = planned.some(({ outcome }) => outcome === 'held');
  const isUnsaid = live.declared.values().some(({ kind }) => kind === 'unsaid');
  const isUnsettled = servers.values().some(({ label }) => label !== undefined);
  const isNews = news.length + gone.length + ledger.resend.size > 0;
  return !isNews && !isHeld && !isUnsaid && !isUnsettled;
}
