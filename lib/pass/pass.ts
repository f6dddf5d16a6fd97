import type { PassReport, Retry } from '../core/ledger.types.ts';
import type { Plan } from '../core/plan.types.ts';
import { allEnded } from '../core/all-ended.ts';
import { apply } from './apply/apply.ts';
import type { ApplyEnd } from './apply/apply.ts';
import { conclude, labelOf } from './apply/record-result.ts';
import {
  afterConnectionFailure,
  hasNewCredential,
  isBackingOff,
  refusedCredential,
} from './connection-retry.ts';
import type { Dependencies } from '../reconcile/dependencies.types.ts';
import { finishPass } from './report.ts';
import { passGate } from '../lease/pass-gate.ts';
import { InterruptedError } from '../lease/interruption.ts';
import type { Lease } from '../lease/lease.ts';
import { noteFindings } from './apply/findings.ts';
import { openSession } from './vendor.ts';
import { passId } from './pass-id.ts';
import { PassState } from './tally.ts';
import { planPass, readGuard } from './plan.ts';
import type { PassInputs, PassPlan } from './plan.ts';
import type { VendorSession } from '../reconcile/ports/provider.ts';
import { isVendorError } from '../reconcile/ports/vendor-error.ts';
import { read } from './read/read.ts';
import type { Seen } from './read/read.ts';
import { readAccount, readDesired } from './read/desired.ts';
import type { LiveState } from './read/live.ts';
import { recordHeld } from './guard.ts';
import type { PassRequest } from './request.types.ts';
import { forgetMarks } from './apply/resend-marks.ts';
import { SecretValues } from './apply/secret-values.ts';
import { foundUnreached } from './unreached.ts';
import { secretsOf, workOf } from './apply/work.ts';

/** What became of one pass. */
export interface PassDone {
  readonly report: PassReport;
  readonly plan?: Plan;
  /** The lease or the time was over before it had done everything. */
  readonly interrupted: boolean;
  /** Servers that it did not come to; absent if that is not known by name. */
  readonly unreached?: readonly string[];
}

/** What the steps of one pass share. */
interface Pass {
  readonly request: PassRequest;
  readonly deps: Dependencies;
  readonly lease: Lease;
  readonly state: PassState;
  /** Ends all requests. */
  readonly abort: AbortController;
}

/**
 * One pass under a lease: read, plan, guard, apply, report.
 *
 * @throws StoreError if a table could not be read or written as a whole
 */
export async function makePass(
  request: PassRequest,
  deps: Dependencies,
  lease: Lease,
): Promise<PassDone> {
  const now = deps.clock.now();
  const state = new PassState(passId(now, deps.random), request, now);
  const abort = new AbortController();
  try {
    return await run({ request, deps, lease, state, abort });
  } finally {
    // Nothing that was started goes on behind a pass that is over.
    abort.abort();
  }
}

async function run(pass: Pass): Promise<PassDone> {
  const { request, deps, lease, state, abort } = pass;
  const { clock } = deps;
  const { saved } = lease;
  const account = await readAccount(deps.desired, request.connection, deps);
  if (!account.ok) {
    const [reading, ledger] = await allEnded([
      readDesired(deps.desired, request.connection, request.servers, deps),
      deps.ledger.read(request.connection, request.servers),
    ]);
    state.read = ledger.servers;
    const reason = { code: 'invalid-connection', message: account.why };
    const ids = reading.ok ? reading.desired.servers.keys() : reading.ids;
    for (const id of ids) state.found(id, { outcome: 'invalid', reason });
    state.ended('invalid', reason);
    return { report: await finishPass(deps, state), interrupted: false };
  }
  const { connection } = account;
  const mayAsk =
    !isBackingOff(saved.retry, connection, request, clock.now()) ||
    (await hasNewCredential(saved.retry, connection, deps));
  const opened = mayAsk
    ? openSession(
        account,
        deps,
        state.calls,
        abort.signal,
        passGate(lease, connection.budget, deps, request),
      )
    : undefined;
  const seen = await read(request, account, opened?.session, deps, abort);
  const { desired, ledger } = seen;
  state.read = ledger.servers;
  saved.recount(ledger.servers);
  if (!opened) {
    foundUnreached(state, desired, ledger, clock.now());
    state.ended(saved.retry?.state ?? 'unreachable', backingOff(saved.retry));
    return { report: await finishPass(deps, state), interrupted: false };
  }
  const { session, credentials } = opened;
  state.decryptedCredentials = () => credentials.decrypted;

  let plan: PassPlan | undefined;
  let end: ApplyEnd | undefined;
  let unreached: readonly string[] | undefined;
  try {
    if (!seen.live) throw seen.end;
    const inputs = inputsOf(pass, seen);
    plan = await planPass(inputs);
    state.undeclared = seen.live.undeclared?.length;
    await recordHeld(deps.ledger, plan.plan, state, inputs.now);
    ({ end, unreached } = await applyPlan(pass, inputs, plan, session));
  } catch (error) {
    if (!isVendorError(error) && !(error instanceof InterruptedError)) throw error;
    end = error;
    foundUnreached(state, desired, ledger, clock.now());
  }
  const refused = await refusedCredential(end, credentials.version, desired.connection, deps);
  if (refused !== undefined) credentials.forget();
  const retry = afterConnectionFailure(
    end,
    saved.retry,
    desired.connection,
    refused,
    state.calls,
    deps,
  );
  if (retry !== saved.retry) state.connectionRetry = retry?.notBefore;
  saved.setRetry(retry);
  if (end) state.ended(stateOf(end), { code: end.code, message: end.message });
  return {
    report: await finishPass(deps, state),
    ...(plan && { plan: plan.plan }),
    interrupted: end instanceof InterruptedError,
    ...(unreached && { unreached }),
  };
}

function inputsOf(
  { request: { attended, servers }, deps, lease: { saved } }: Pass,
  seen: Extract<Seen, { live: LiveState }>,
): PassInputs {
  const { clock, random } = deps;
  return {
    ...seen,
    readGuard: () => readGuard(seen.desired, servers === undefined, deps),
    window: saved.window,
    now: clock.now(),
    random,
    ...(attended && { attended }),
  };
}

async function applyPlan(
  { request, deps, lease, state }: Pass,
  inputs: PassInputs,
  plan: PassPlan,
  session: VendorSession,
): Promise<{ end?: ApplyEnd | undefined; unreached: readonly string[] }> {
  const { ledger, clock } = deps;
  const { desired } = inputs;
  const { connection } = request;
  const log = deps.log.child({ connection, pass: state.id, trigger: request.trigger });
  const work = workOf(plan, desired, inputs.live, request.attended);
  const sending = new Set(work.map(({ server }) => server.id));
  await noteFindings({ ledger, lease, state }, inputs.ledger, desired, plan, sending, inputs.now);

  const secrets = new SecretValues(connection, deps.secrets, secretsOf(work));
  state.decryptedSecrets = () => secrets.decrypted;
  const resent = new Set<string>();
  const { approved } = plan;
  const concluding = { connection, ledger, lease, state, clock, log, approved, resent };
  const { unreached, end } = await apply({
    context: {
      connection,
      session,
      secrets,
      keys: inputs.keys,
      epoch: lease.epoch,
      now: () => clock.now(),
      random: deps.random,
      write: async (record) => {
        lease.assertOwned(0);
        return ledger.writeServer(connection, record);
      },
    },
    work,
    concurrency: desired.connection.budget.concurrency,
    conclude: async (one, result) => {
      await conclude(concluding, one, result);
      const { id } = one.server;
      request.attended?.concluded?.(id, state.outcomeOf(id));
    },
    unwritten: ({ server }, error) => {
      log.error('ledger item not written', { server: server.id, code: error.code });
      const reason = { code: error.code, message: 'its ledger item could not be written' };
      state.found(server.id, { outcome: 'failed', ...labelOf({ server }), reason });
    },
  });
  for (const one of unreached) {
    state.found(one.server.id, { outcome: 'unreached', ...labelOf(one) });
  }
  if (!(end instanceof InterruptedError)) {
    await forgetMarks(ledger, inputs, plan, resent, request.servers);
  }
  return { end, unreached: unreached.map(({ server }) => server.id) };
}

function stateOf(end: ApplyEnd): 'needs-login' | 'unreachable' | 'interrupted' {
  if (end instanceof InterruptedError) return 'interrupted';
  return end.kind === 'needs-login' ? 'needs-login' : 'unreachable';
}

function backingOff(retry: Retry | undefined) {
  const why = retry?.state === 'needs-login' ? 'somebody has to sign in again' : 'it failed before';
  return { code: 'backing-off', message: `${why}; next attempt ${retry?.notBefore ?? ''}` };
}
