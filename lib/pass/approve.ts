import { TrueupError } from '../model/errors/errors.ts';
import { heldHashes } from '../plan/guard.ts';
import { plainText } from '../model/text/plain-text.ts';
import type { Dependencies } from './dependencies.types.ts';
import { preview, withReported } from './preview.ts';
import type { HeldPlan } from '../ledger/ledger.types.ts';

/** Nothing was approved, because the digest matches no held plan or several. `code` shows which. */
export class ApprovalError extends TrueupError {
  static override readonly name: string = 'ApprovalError';
}

/** Minimum length of a digest's prefix; shorter ones could match another plan by accident. */
export const digestAtLeast = 8;

const digestPattern = new RegExp(`^[0-9a-f]{${digestAtLeast},64}$`);

/**
 * The held plan, to be shown before it is approved.
 *
 * @param digest - the digest from a plan or report, or at least its first eight characters
 * @throws ApprovalError (`bad-digest`, `not-held`, `ambiguous-digest`), StoreError
 */
export async function findHeld(
  connection: string,
  digest: string,
  { ledger }: Pick<Dependencies, 'ledger'>,
): Promise<HeldPlan> {
  const fail = (code: string, message: string): never => {
    throw new ApprovalError(code, plainText(message), { context: { connection } });
  };
  if (!digestPattern.test(digest)) {
    const rule = `a digest has only 0-9 and a-f; pass at least ${digestAtLeast} characters`;
    return fail('bad-digest', rule);
  }
  const found = await ledger.heldDigests(connection, digest);
  if (found.length > 1) {
    return fail('ambiguous-digest', `${digest} matches ${found.join(' and ')}`);
  }
  const [only] = found;
  const held = only === undefined ? undefined : await ledger.held(connection, only);
  return (
    held ??
    fail('not-held', `${connection} has no held plan ${digest}: it has expired, or was never held`)
  );
}

/**
 * The plan with this digest that no pass has held yet, but that a pass (or an apply in mode `report`) would hold now,
 * so that a user who saw it in a plan can approve it in advance. It is not recorded here; the pass that holds it does
 * that.
 *
 * @param digest - the digest, or at least its first eight characters
 * @returns undefined if another plan, or none, would be held now
 * @throws InvalidDeclarationError, VendorError, StoreError, as `preview` does
 */
export async function findPlanned(
  connection: string,
  digest: string,
  deps: Dependencies,
  stop: AbortSignal,
): Promise<HeldPlan | undefined> {
  const request = { connection, trigger: 'cli', stop } as const;
  for (const attended of [undefined, withReported]) {
    // oxlint-disable-next-line no-await-in-loop -- the second is rarely needed
    const { plan } = await preview({ ...request, ...(attended && { attended }) }, deps);
    const { held } = plan.guard;
    if (held?.startsWith(digest)) {
      const at = new Date(deps.clock.now()).toISOString();
      return { digest: held, at, plan, hashes: heldHashes(plan.changes) };
    }
    // The second plan differs only if there are servers in mode `report`.
    if (plan.counts.reported === 0) return undefined;
  }
  return undefined;
}

/**
 * Approves exactly the held changes for 24 hours, for any pass. Other changes are still guarded. Approving again
 * extends the time.
 *
 * @param digest - as for `findHeld`
 * @param by - who approves, for the history
 * @returns the approved plan
 * @throws ApprovalError, StoreError, as `findHeld` does
 */
export async function approve(
  connection: string,
  digest: string,
  deps: Pick<Dependencies, 'ledger' | 'clock'>,
  by?: string,
): Promise<HeldPlan> {
  const held = await findHeld(connection, digest, deps);
  await deps.ledger.approve(connection, approvalOf(held.digest, deps, by));
  return held;
}

/** The same for a plan that no pass has held yet, from `findPlanned`. @throws StoreError */
export async function approvePlanned(
  connection: string,
  { digest, hashes }: HeldPlan,
  deps: Pick<Dependencies, 'ledger' | 'clock'>,
  by?: string,
): Promise<void> {
  await deps.ledger.approve(connection, { ...approvalOf(digest, deps, by), hashes });
}

function approvalOf(digest: string, { clock }: Pick<Dependencies, 'clock'>, by?: string) {
  const at = new Date(clock.now()).toISOString();
  return { digest, at, ...(by !== undefined && { by }) };
}
