import type { PassReport } from '../model/ledger.types.ts';
import type { Plan } from '../plan/plan.types.ts';
import type { Dependencies } from './dependencies.types.ts';
import { endedLately } from '../lease/in-flight.ts';
import { acquireOrKnock, serveRounds } from '../lease/rounds.ts';
import type { RoundEnd, Rounds } from '../lease/rounds.ts';
import { makePass } from './pass.ts';
import type { PassDone } from './pass.types.ts';
import type { Scope } from '../lease/scope.ts';
import type { PassRequest, PassResult } from './request.types.ts';
import { scopeOf, serversOf } from '../lease/scope.ts';
import { waitForLease } from '../lease/wait-for-lease.ts';

/**
 * Runs a pass over one connection under its lease, and further passes that others request meanwhile; or knocks, if
 * another process owns the lease. Safe to call at any time and concurrently.
 *
 * @throws StoreError if a table could not be read or written; the request is then not stored, and the lease is free
 */
export async function reconcile(request: PassRequest, deps: Dependencies): Promise<PassResult> {
  const { connection, attended } = request;
  const done: { report: PassReport; plan?: Plan }[] = [];
  const rounds: Rounds = {
    connection,
    scope: scopeOf(request.servers),
    alone: attended !== undefined,
    round: async (lease, scope, isFirst) => {
      const isStale = endedLately(lease, deps.clock.now());
      const known = isStale ? withoutEarlier(request) : request;
      const pass = await makePass(ofRound(known, scope, isFirst), deps, lease);
      done.push(pass);
      return roundEnd(pass, request, isFirst, scope, deps);
    },
  };
  if (attended) {
    const lease = await waitForLease(connection, { ...attended, stop: request.stop }, deps);
    if (typeof lease === 'string') return { kind: 'locked', owner: lease };
    await serveRounds(lease, rounds);
  } else if ((await acquireOrKnock(deps, rounds)) === 'knocked') {
    return { kind: 'knocked' };
  }
  const [first, ...others] = done;
  if (!first) throw new RangeError('a lease was served without a pass');
  return { kind: 'done', ...first, others: others.map(({ report }) => report) };
}

/** The request without earlier readings. */
function withoutEarlier(request: PassRequest): PassRequest {
  if (!request.attended) return request;
  const { earlier: _stale, ...attended } = request.attended;
  return { ...request, attended };
}

/** The first pass is the requested one; later ones are for processes that knocked, and are unattended. */
function ofRound(request: PassRequest, scope: Scope, isFirst: boolean): PassRequest {
  const { attended, servers: _own, secrets, hops, ...common } = request;
  const servers = serversOf(scope);
  return {
    ...common,
    ...(servers && { servers }),
    ...(isFirst && secrets && { secrets }),
    ...(isFirst && hops !== undefined && { hops }),
    ...(isFirst && attended && { attended }),
  };
}

function roundEnd(
  { interrupted, waits, unreached }: PassDone,
  { attended, hops = 0, stop: stopping, deadline = Number.POSITIVE_INFINITY }: PassRequest,
  isFirst: boolean,
  scope: Scope,
  { clock, settings }: Dependencies,
): RoundEnd {
  const stop =
    interrupted || stopping?.aborted === true || clock.now() + 2 * settings.attemptMs > deadline;
  // Confirmed changes are not handed over to unattended passes.
  if (!interrupted || (isFirst && attended) || unreached?.length === 0) return { stop };
  if (waits) return { stop, rest: 'schedule' };
  const left = unreached ? new Set(unreached) : scope;
  return { stop, rest: { scope: left, hops: isFirst ? hops + 1 : 1 } };
}
