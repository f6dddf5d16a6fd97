import { knockedAtMost } from '../../lib/reconcile/ports/lease-items.ts';
import type {
  LeaseItem,
  LeaseItems,
  LeaseSave,
  Scope,
} from '../../lib/reconcile/ports/lease-items.ts';

const nothing: LeaseItem = {
  epoch: 0,
  takenOver: false,
  knocks: 0,
  window: [],
};

/** What a save changes; `retry: null` removes. */
const saved = ({ retry, ...rest }: LeaseSave) => ({
  ...rest,
  ...(retry !== undefined && { retry: retry ?? undefined }),
});

/** `LeaseItems` in memory: each call is one atomic step, as a conditional update is. */
export function memoryLease(): LeaseItems {
  const items = new Map<string, LeaseItem>();
  const get = (connection: string) => items.get(connection) ?? nothing;

  /** Changes the item if the condition holds; `undefined` in `change` removes. */
  function update(
    connection: string,
    holds: (item: LeaseItem) => boolean,
    change: (item: LeaseItem) => { readonly [K in keyof LeaseItem]?: LeaseItem[K] | undefined },
  ): LeaseItem | undefined {
    const before = get(connection);
    if (!holds(before)) return undefined;
    const entries = Object.entries({ ...before, ...change(before) });
    const after = Object.fromEntries(
      entries.filter(([, value]) => value !== undefined),
    ) as unknown as LeaseItem;
    items.set(connection, after);
    return after;
  }

  const isOver = ({ expiresAt }: LeaseItem, overBefore: number) =>
    expiresAt === undefined || expiresAt < overBefore;
  const isOurs = (epoch: number) => (item: LeaseItem) =>
    item.epoch === epoch && item.expiresAt !== undefined;
  const added = (before: Scope | undefined, scope: Scope): Scope | undefined => {
    if (before === 'all' || scope === 'all') return 'all';
    const size = (before?.size ?? 0) + scope.size;
    if (size > knockedAtMost) return 'all';
    return size === 0 ? undefined : new Set([...(before ?? []), ...scope]);
  };

  return {
    read: async (connection) => items.get(connection),
    acquire: async (connection, { owner, expiresAt, overBefore }) =>
      update(
        connection,
        (item) => isOver(item, overBefore),
        ({ epoch, expiresAt: before }) => ({
          epoch: epoch + 1,
          owner,
          expiresAt,
          takenOver: before !== undefined,
        }),
      ),
    knock: async (connection, { scope, overBefore }) =>
      update(
        connection,
        (item) => !isOver(item, overBefore),
        ({ knocks, knocked }) => ({ knocks: knocks + 1, knocked: added(knocked, scope) }),
      ) !== undefined,
    serve: async (connection, { epoch, knocks, running }) =>
      update(
        connection,
        (item) => isOurs(epoch)(item) && item.knocks === knocks,
        () => ({ running, knocked: undefined }),
      ) !== undefined,
    renew: async (connection, { epoch, expiresAt, save }) =>
      update(connection, isOurs(epoch), () => ({ expiresAt, ...saved(save) })),
    release: async (connection, { epoch, knocks, keep, save }) => {
      const released = update(
        connection,
        (item) => isOurs(epoch)(item) && (keep || item.knocks === knocks),
        () => ({
          owner: undefined,
          expiresAt: undefined,
          takenOver: false,
          ...saved(save),
          ...(!keep && { running: undefined, knocked: undefined }),
        }),
      );
      if (released) return 'released';
      const found = get(connection);
      if (found.epoch !== epoch) return 'lost';
      return found.expiresAt === undefined ? 'released' : found;
    },
  };
}
