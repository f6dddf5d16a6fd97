import type { Approval, Ledger, LedgerState } from './ports/ledger.ts';
import type { DesiredState } from './read-desired.ts';

/** What the guard needs besides the plan. */
export interface GuardReads {
  readonly approvals: readonly Approval[];
  /** Server rows of the connection, also beyond the scope. */
  readonly declared: number;
}

/** They are read once. */
export interface GuardReader {
  /** @throws StoreError if they could not be read */
  read(): Promise<GuardReads>;
  /** Over when what was begun before anybody asked is over; never rejects. */
  readonly begun: Promise<unknown>;
}

/**
 * Reads when it is asked; but at once, beside the other reads, where a declaration is not the one last acted on: then
 * there will most likely be something to guard, and a PUT that waits for it.
 */
export function guardReader(
  desired: DesiredState,
  state: LedgerState,
  ledger: Pick<Ledger, 'approvals'>,
  now: number,
): GuardReader {
  let reads: Promise<GuardReads> | undefined;
  const read = () => (reads ??= readBoth(desired, ledger, now));
  const begun = isAnyNew(desired, state) ? read() : undefined;
  return { read, begun: Promise.allSettled([begun]) };
}

async function readBoth(
  { connection, declaredTotal }: DesiredState,
  ledger: Pick<Ledger, 'approvals'>,
  now: number,
): Promise<GuardReads> {
  const [approvals, declared] = await Promise.all([
    ledger.approvals(connection.name, now),
    declaredTotal(),
  ]);
  return { approvals, declared };
}

function isAnyNew({ servers }: DesiredState, state: LedgerState): boolean {
  return servers
    .entries()
    .some(
      ([id, { valid, server }]) =>
        valid &&
        server.policy.mode === 'correct' &&
        server.contentHash !== state.servers.get(id)?.contentHash,
    );
}
