import type { LeaseItem } from '../../lib/lease/lease-item.ts';
import type { LeaseStore } from '../../lib/lease/lease-store.ts';
import type { LeaseEvent } from '../../lib/lease/protocol.ts';
import type { Scope } from '../../lib/lease/scope.ts';

let acquisitions = 0;

/** Acquires a lease for a process that is none. @returns undefined if it is owned */
export async function acquireAs(
  owner: string,
  lease: LeaseStore,
  connection: string,
  {
    expiresAt,
    expiredBefore = 0,
    at = 0,
  }: { expiresAt: number; expiredBefore?: number; at?: number },
): Promise<LeaseItem | undefined> {
  acquisitions += 1;
  const id = `acquisition ${acquisitions}`;
  const event = { kind: 'acquire', id, owner, at, expiresAt, expiredBefore } as const;
  const { ok, item } = await lease.change(connection, event);
  return ok ? item : undefined;
}

/** Leaves a request with the owner. @returns false if there is no owner */
export async function knockFor(
  scope: Scope | readonly string[],
  lease: LeaseStore,
  connection: string,
  expiredBefore = 0,
): Promise<boolean> {
  const asked = scope instanceof Set || scope === 'all' ? scope : new Set(scope);
  return (await lease.change(connection, { kind: 'knock', scope: asked, expiredBefore })).ok;
}

/** The store of a process that dies before such an event takes effect. */
export function dyingAt(kind: LeaseEvent['kind'], lease: LeaseStore): LeaseStore {
  return {
    ...lease,
    change: async (connection, event, known) => {
      if (event.kind === kind) throw new Error('killed');
      return lease.change(connection, event, known);
    },
  };
}
