import type { Declared } from '../core/plan-server.ts';
import { labelOf } from './apply/record-result.ts';
import type { PassState } from './tally.ts';
import { pauseOf } from './plan.ts';
import type { LedgerState } from '../reconcile/ports/ledger.ts';
import type { DesiredState } from './read/desired.ts';

/** Findings of a pass that ended before it could plan: what needs no vendor to be known, and the rest unreached. */
export function foundUnreached(
  state: PassState,
  desired: DesiredState,
  ledger: LedgerState,
  now: number,
): void {
  state.quiet = { inSync: 0, assumed: 0 };
  for (const [id, declared] of desired.servers) {
    const outcome = outcomeOf(declared, pauseOf(ledger, id, now) !== undefined);
    const reason =
      outcome === 'invalid' && !declared.valid
        ? { reason: { code: 'invalid', message: declared.server.reason } }
        : {};
    state.found(id, { outcome, ...labelOf(declared), ...reason });
  }
}

function outcomeOf(declared: Declared, paused: boolean) {
  if (declared.valid && declared.server.policy.mode === 'off') return 'off';
  if (paused) return 'paused';
  return declared.valid ? 'unreached' : 'invalid';
}
