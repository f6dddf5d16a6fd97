import { apply } from './apply.ts';
import type { ApplyEnd } from './apply.ts';
import { conclude, labelOf } from './conclude.ts';
import { afterConnectionFailure, isBackingOff } from './connection-retry.ts';
import type { Dependencies } from './dependencies.types.ts';
import { finishPass } from './finish-pass.ts';
import { Lease } from './lease.ts';
import { noteFindings } from './note-findings.ts';
import { openSession } from './open-session.ts';
import { passId } from './pass-id.ts';
import { PassState } from './pass-state.ts';
import { planPass } from './plan-pass.ts';
import type { PassInputs, PassPlan } from './plan-pass.ts';
import { isVendorError } from './ports/vendor-error.ts';
import { readDesired } from './read-desired.ts';
import type { DesiredState } from './read-desired.ts';
import { readSurroundings } from './read-surroundings.ts';
import { recordHeld } from './record-held.ts';
import type { PassRequest, PassResult } from './request.types.ts';
import { SecretValues } from './secret-values.ts';
import { foundUnreached } from './unreached.ts';
import { secretsOf, workOf } from './work-of.ts';

/** What the steps of one pass share. */
interface Pass {
  readonly request: PassRequest;
  readonly deps: Dependencies;
  readonly lease: Lease;
  readonly state: PassState;
  readonly signal: AbortSignal;
}

/**
 * One pass over one connection: read, plan, guard, apply, report. Safe to run at any moment, any number of times.
 *
 * @throws StoreError if a table could not be read or written as a whole; the lease is freed all the same
 */
export async function reconcile(request: PassRequest, deps: Dependencies): Promise<PassResult> {
  const { clock, random, settings, owner } = deps;
  const lease = await Lease.acquire(request.connection, owner, deps.lease, clock, settings);
  if (!lease) return { kind: 'busy' };
  const now = clock.now();
  const state = new PassState(passId(now, random), request, now);
  const abort = new AbortController();
  try {
    return await run({ request, deps, lease, state, signal: abort.signal });
  } finally {
    // Nothing that was started goes on behind a pass that is over.
    abort.abort();
    await lease.release();
  }
}

async function run(pass: Pass): Promise<PassResult> {
  const { request, deps, lease, state } = pass;
  const { clock } = deps;

  const [reading, ledger] = await Promise.all([
    readDesired(deps.desired, request.connection, request.servers, deps),
    deps.ledger.read(request.connection, request.servers),
  ]);
  if (!reading.ok) {
    const reason = { code: 'invalid-connection', message: reading.why };
    for (const id of reading.ids) state.found(id, { outcome: 'invalid', reason });
    state.ended('invalid', reason);
    return finishPass(deps, state);
  }
  const { desired } = reading;
  const { session, credentials } = openSession(desired, deps, state.calls, pass.signal, () =>
    lease.assertHeld(deps.settings.attemptMs),
  );
  state.decryptedCredentials = () => credentials.decrypted;
  if (isBackingOff(lease.retry, desired.connection, request, clock.now())) {
    foundUnreached(state, desired, ledger, clock.now());
    state.ended('unreachable', backingOff(lease.retry?.notBefore));
    return finishPass(deps, state);
  }
  let plan: PassPlan | undefined;
  let end: ApplyEnd | undefined;
  try {
    const around = await readSurroundings(session, desired, ledger, deps, request.servers);
    const { window } = lease;
    const { attended } = request;
    const now = clock.now();
    const inputs: PassInputs = {
      ...around,
      desired,
      ledger,
      window,
      now,
      random: deps.random,
      ...(attended && { attended }),
    };
    plan = await planPass(inputs, () => deps.ledger.approvals(request.connection, now));
    state.undeclared = around.live.undeclared?.length;
    await recordHeld(deps.ledger, plan.plan, state, now);
    end = await applyPlan(pass, desired, inputs, plan, session);
  } catch (error) {
    if (!isVendorError(error)) throw error;
    end = error;
    foundUnreached(state, desired, ledger, clock.now());
  }
  const retry = afterConnectionFailure(end, lease.retry, desired.connection, deps);
  lease.setRetry(retry);
  if (retry !== lease.retry) state.connectionRetry = retry?.notBefore;
  if (end) state.ended(isVendorError(end) ? stateOf(end) : 'interrupted', reasonOf(end));
  return finishPass(deps, state, plan?.plan);
}

async function applyPlan(
  { request, deps, lease, state }: Pass,
  desired: DesiredState,
  inputs: PassInputs,
  plan: PassPlan,
  session: ReturnType<DesiredState['provider']['open']>,
): Promise<ApplyEnd | undefined> {
  const { ledger, clock, settings } = deps;
  const log = deps.log.child({ connection: request.connection, pass: state.id });
  const work = workOf(plan, desired, inputs.live, request.attended);
  const sending = new Set(work.map(({ server }) => server.id));
  await noteFindings(ledger, inputs.ledger, desired, plan, sending, state, inputs.now);

  const secrets = new SecretValues(request.connection, deps.secrets, secretsOf(work));
  state.decryptedSecrets = () => secrets.decrypted;
  const { connection } = request;
  const { approved } = plan;
  const { unreached, end } = await apply({
    context: {
      connection,
      session,
      secrets,
      keys: inputs.keys,
      epoch: lease.epoch,
      now: () => clock.now(),
      random: deps.random,
      assertHeld: () => lease.assertHeld(settings.attemptMs),
    },
    work,
    concurrency: desired.connection.budget.concurrency,
    conclude: (one, result) =>
      conclude({ connection, ledger, lease, state, clock, log, approved }, one, result),
  });
  for (const one of unreached) {
    state.found(one.server.id, { outcome: 'unreached', ...labelOf(one) });
  }
  return end;
}

function stateOf(error: { kind: string }): 'needs-login' | 'unreachable' {
  return error.kind === 'needs-login' ? 'needs-login' : 'unreachable';
}

function reasonOf({ code, message }: ApplyEnd) {
  return { code, message };
}

function backingOff(notBefore = '') {
  return {
    code: 'backing-off',
    message: `the connection failed before; next attempt ${notBefore}`,
  };
}
