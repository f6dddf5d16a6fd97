import { setImmediate as settle } from 'node:timers/promises';
import { expect, test } from '@jest/globals';
import { hold } from '../../lib/lease/lease.ts';
import type { LeaseItems, Scope } from '../../lib/reconcile/ports/lease-items.ts';
import type { Clock } from '../../lib/reconcile/ports/runtime.ts';
import { unite } from '../../lib/lease/scope.ts';
import { defaultSettings } from '../../lib/lease/settings.types.ts';
import { memoryLease } from '../support/memory-lease.ts';

// A renewal runs beside whatever the holder does, and tells it of knocks at any moment.

const connection = 'acme';
const now = 1_000_000;
const overBefore = now - defaultSettings.marginMs;

/** A holder whose renewals come when they are told to. */
function holder(break_: (items: LeaseItems) => Partial<LeaseItems> = () => ({})) {
  const items = memoryLease();
  let wake: () => void = () => undefined;
  const clock: Clock = {
    now: () => now,
    sleep: (_ms, signal) =>
      new Promise((resolve) => {
        wake = resolve;
        signal?.addEventListener('abort', () => resolve());
      }),
  };
  const told: Scope[] = [];
  const served: Scope[] = [];
  const world = {
    items: { ...items, ...break_(items) },
    clock,
    settings: defaultSettings,
    owner: 'one',
  };
  return {
    items,
    world,
    told,
    served,
    knock: (...ids: readonly string[]) =>
      items.knock(connection, { scope: new Set(ids), overBefore }),
    renew: async () => {
      wake();
      await settle();
    },
    /** What was asked for and is neither served, nor told to anybody, nor left for the next holder. */
    left: async () => {
      const item = await items.read(connection);
      return [...served, ...told].reduce<Scope | undefined>(
        unite,
        unite(item?.knocked, item?.running),
      );
    },
  };
}

test('a knock that a renewal tells of while others are told stays for the next holder', async () => {
  const { world, told, left, knock, renew } = holder();
  await hold(world, {
    connection,
    scope: new Set(['own']),
    round: async () => {
      await knock('early');
      await renew();
      return { stop: true };
    },
    handOver: async (scope) => {
      told.push(scope);
      if (told.length === 1) {
        await knock('late');
        await renew();
      }
      return true;
    },
  });
  expect(await left()).toEqual(new Set(['early', 'late']));
});

test('a knock that a renewal tells of before the answer to the taking over of earlier ones is served', async () => {
  let afterServing = async () => undefined as void;
  const { world, served, told, left, knock, renew } = holder((items) => ({
    serve: async (...args) => {
      const result = await items.serve(...args);
      await afterServing();
      return result;
    },
  }));
  afterServing = async () => {
    afterServing = async () => undefined;
    await knock('late');
    await renew();
  };
  let rounds = 0;
  await hold(world, {
    connection,
    scope: new Set(['own']),
    round: async (_lease, scope) => {
      served.push(scope);
      rounds += 1;
      if (rounds === 1) {
        await knock('early');
        await renew();
      }
      return { stop: false };
    },
    handOver: async (scope) => {
      told.push(scope);
      return true;
    },
  });
  expect(await left()).toEqual(new Set(['own', 'early', 'late']));
});
