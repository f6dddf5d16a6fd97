import { TrueupError } from '../model/errors/errors.ts';
import { heldHashes } from '../plan/guard.ts';
import { plainText } from '../model/text/plain-text.ts';
import type { Dependencies } from './dependencies.types.ts';
import { preview, withReported } from './preview.ts';
import type { HeldPlan } from '../ledger/ledger.types.ts';

/** Nothing was approved: the digest names no held plan, or more than one. `code` says which. */
export class ApprovalError extends TrueupError {
  static override readonly name: string = 'ApprovalError';
}

/** So many characters of a digest at least: fewer are too easily another plan's. */
export const digestAtLeast = 8;

const digestPattern = new RegExp(`^[0-9a-f]{${digestAtLeast},64}$`);

/**
 * The plan that the guard holds, as it was held: to be shown before it is approved.
 *
 * @param digest - as the plan or the report says it, or at least eight characters of its beginning
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
    const rule = `a digest has 0-9 and a-f only; at least ${digestAtLeast} characters of it are needed`;
    return fail('bad-digest', rule);
  }
  const found = await ledger.heldDigests(connection, digest);
  if (found.length > 1) {
    return fail('ambiguous-digest', `${digest} is the beginning of ${found.join(' and ')}`);
  }
  const [only] = found;
  const held = only === undefined ? undefined : await ledger.held(connection, only);
  return (
    held ??
    fail('not-held', `${connection} has no held plan ${digest}: it has expired, or was never held`)
  );
}

/**
 * The plan of this digest that no pass has held yet, as a pass would hold it now, or an apply in mode `report`: who saw it in
 * a plan may approve it before. It is not recorded by that: a pass that comes to hold it announces it.
 *
 * @param digest - the whole of it, or at least eight characters of its beginning
 * @returns undefined if what would be held now is another plan, or nothing
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
    // oxlint-disable-next-line no-await-in-loop -- the second seldom has to be made
    const { plan } = await preview({ ...request, ...(attended && { attended }) }, deps);
    const { held } = plan.guard;
    if (held?.startsWith(digest)) {
      const at = new Date(deps.clock.now()).toISOString();
      return { digest: held, at, plan, hashes: heldHashes(plan.changes) };
    }
    // Only a server in mode `report` makes a difference to a user who applies the plan.
    if (plan.counts.reported === 0) return undefined;
  }
  return undefined;
}

/**
 * Permits what the guard held, for 24 hours from now: just those changes, whichever pass comes to them. What is not
 * among them is guarded again. The same again prolongs it.
 *
 * @param digest - as for `findHeld`
 * @param by - who says so, for the record
 * @returns what is now approved
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

/** The same of a plan that no pass has held yet, as `findPlanned` found it. @throws StoreError */
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
