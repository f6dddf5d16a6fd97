import { heldHashes } from '../core/guard.ts';
import type { Plan } from '../core/plan.types.ts';
import type { PassState } from './tally.ts';
import type { Ledger } from '../reconcile/ports/ledger.ts';

/** Records what the guard holds, and announces it, once for each digest. */
export async function recordHeld(
  ledger: Ledger,
  plan: Plan,
  state: PassState,
  now: number,
): Promise<void> {
  const digest = plan.guard.held;
  if (digest === undefined) return;
  state.held = digest;
  const { connection } = plan;
  const hashes = heldHashes(plan.changes);
  const at = new Date(now).toISOString();
  if (!(await ledger.putHeld(connection, { digest, at, plan, hashes }))) return;
  state.written += 1;
  const { guard } = plan;
  state.events.push({ type: 'Plan Held', connection, pass: state.id, digest, guard });
}
