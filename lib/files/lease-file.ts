import { knockedAtMost } from '../reconcile/ports/lease-items.ts';
import type { LeaseItem, LeaseItems, LeaseSave, Scope } from '../reconcile/ports/lease-items.ts';
import { readJson, replaceFile } from './atomic-file.ts';
import { leaseItem, leaseText, newLease } from './lease-json.ts';
import { stateFolder, type ConnectionFiles, type StateOptions } from './state-folder.ts';
import { fileProblem } from './store-problem.ts';

/** What a change sets; `undefined` removes. */
type Change = { readonly [K in keyof LeaseItem]?: LeaseItem[K] | undefined };

/** `LeaseItems` in a state folder: each call is one conditional change of `lease.json`, under the connection's lock. */
export function leaseFile(options: StateOptions): LeaseItems {
  const state = stateFolder(options);

  /** @returns the item as it now stands, and whether the condition held */
  const update = (
    connection: string,
    holds: (item: LeaseItem) => boolean,
    change: (item: LeaseItem) => Change,
  ) =>
    state.change(connection, (files) => {
      const before = readLease(files) ?? newLease;
      if (!holds(before)) return { item: before, changed: false };
      const item = without({ ...before, ...change(before) });
      replaceFile(files.path('lease.json'), leaseText(item));
      return { item, changed: true };
    });

  return {
    read: (connection) => state.read(connection, readLease),

    acquire: async (connection, { owner, expiresAt, overBefore }) => {
      const { item, changed } = await update(connection, isOver(overBefore), (before) => ({
        epoch: before.epoch + 1,
        owner,
        expiresAt,
        takenOver: before.expiresAt !== undefined,
      }));
      return changed ? item : undefined;
    },

    knock: async (connection, { scope, overBefore }) => {
      const { changed } = await update(connection, isHeld(overBefore), ({ knocks, knocked }) => ({
        knocks: knocks + 1,
        knocked: unite(knocked, scope),
      }));
      return changed;
    },

    serve: async (connection, { epoch, knocks, running }) => {
      const holds = (item: LeaseItem) => isOurs(epoch)(item) && item.knocks === knocks;
      const change = () => ({ running, knocked: undefined });
      return (await update(connection, holds, change)).changed;
    },

    renew: async (connection, { epoch, expiresAt, save }) => {
      const change = () => ({ expiresAt, ...savedOf(save) });
      const { item, changed } = await update(connection, isOurs(epoch), change);
      return changed ? item : undefined;
    },

    release: async (connection, { epoch, knocks, keep, save }) => {
      const holds = (item: LeaseItem) => isOurs(epoch)(item) && (keep || item.knocks === knocks);
      const { item, changed } = await update(connection, holds, () => ({
        owner: undefined,
        expiresAt: undefined,
        takenOver: false,
        ...(!keep && { running: undefined, knocked: undefined }),
        ...savedOf(save),
      }));
      if (changed) return 'released';
      if (item.epoch !== epoch) return 'lost';
      return item.expiresAt === undefined ? 'released' : item;
    },
  };
}

const isOver =
  (overBefore: number) =>
  ({ expiresAt }: LeaseItem) =>
    expiresAt === undefined || expiresAt < overBefore;

const isHeld = (overBefore: number) => (item: LeaseItem) => !isOver(overBefore)(item);

const isOurs =
  (epoch: number) =>
  ({ epoch: found, expiresAt }: LeaseItem) =>
    found === epoch && expiresAt !== undefined;

function unite(knocked: Scope | undefined, scope: Scope): Scope | undefined {
  if (knocked === 'all' || scope === 'all') return 'all';
  const before = knocked ?? new Set();
  if (before.size + scope.size > knockedAtMost) return 'all';
  return before.size + scope.size === 0 ? undefined : new Set([...before, ...scope]);
}

function savedOf({ window, retry, budget }: LeaseSave): Change {
  return {
    ...(window && { window }),
    ...(retry !== undefined && { retry: retry ?? undefined }),
    ...(budget && { budget }),
  };
}

function without(item: { readonly [K in keyof LeaseItem]: LeaseItem[K] | undefined }): LeaseItem {
  const entries = Object.entries(item).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as unknown as LeaseItem;
}

function readLease(files: ConnectionFiles): LeaseItem | undefined {
  const path = files.path('lease.json');
  const found = readJson(path);
  if (found === undefined) return undefined;
  const item = leaseItem(found);
  if (item) return item;
  throw fileProblem('store-malformed', path, 'is damaged: it holds no lease');
}
