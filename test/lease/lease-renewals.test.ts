import { setImmediate as settle } from 'node:timers/promises';
import { expect, test } from '@jest/globals';
import type { LeaseEvent } from '../../lib/lease/protocol.ts';
import { acquireOrKnock } from '../../lib/lease/rounds.ts';
import { scopeOf, unite } from '../../lib/lease/scope.ts';
import type { Scope } from '../../lib/lease/scope.ts';
import type { Clock } from '../../lib/model/runtime.types.ts';
import { defaultSettings } from '../../lib/lease/settings.types.ts';
import type { WorkMessage } from '../../lib/work/message.ts';
import { knockFor } from '../support/lease-events.ts';
import { memoryStore } from './memory-store.ts';

// A renewal runs beside whatever the owner does, and shows it knocks at any moment.

const connection = 'acme';
const now = 1_000_000;

/** An owner whose renewals come when they are asked for. */
function startOwner() {
  const store = memoryStore();
  let wake: () => void = () => undefined;
  const clock: Clock = {
    now: () => now,
    sleep: (_ms, signal) =>
      new Promise((resolve) => {
        wake = resolve;
        signal?.addEventListener('abort', () => resolve());
      }),
  };
  const handedOver: Scope[] = [];
  const served: Scope[] = [];
  /** Runs between the effect of a change and its answer. */
  const beforeAnswer: { to?: LeaseEvent['kind']; run: () => Promise<void> } = {
    run: async () => undefined,
  };
  const whileHandingOver = { run: async () => undefined as void };
  const world = {
    lease: {
      ...store,
      change: async (...args: Parameters<typeof store.change>) => {
        const decision = await store.change(...args);
        if (args[1].kind !== beforeAnswer.to) return decision;
        delete beforeAnswer.to;
        await beforeAnswer.run();
        return decision;
      },
    },
    queue: {
      send: async (messages: readonly { readonly message: WorkMessage }[]) => {
        for (const { message } of messages) handedOver.push(scopeOf(message.servers));
        await whileHandingOver.run();
      },
    },
    clock,
    settings: defaultSettings,
    owner: 'one',
    uuid: () => 'acquisition',
  };
  return {
    world,
    handedOver,
    served,
    beforeAnswer,
    whileHandingOver,
    knock: (...ids: readonly string[]) => knockFor(ids, store, connection),
    renew: async () => {
      wake();
      await settle();
    },
    /** What was asked for and is served, or handed over, or left for the next owner. */
    safe: async () => {
      const item = await store.read(connection);
      return [...served, ...handedOver].reduce<Scope | undefined>(
        unite,
        unite(item?.knocked, item?.running),
      );
    },
  };
}

test('a knock that a renewal shows while others are handed over stays for the next owner', async () => {
  const { world, safe, whileHandingOver, knock, renew } = startOwner();
  whileHandingOver.run = async () => {
    whileHandingOver.run = async () => undefined;
    await knock('late');
    await renew();
  };
  await acquireOrKnock(world, {
    connection,
    scope: new Set(['own']),
    round: async () => {
      await knock('early');
      await renew();
      return { stop: true };
    },
  });
  expect(await safe()).toEqual(new Set(['early', 'late']));
});

test('a knock that a renewal shows before the answer to taking on earlier ones is served', async () => {
  const { world, served, safe, beforeAnswer, knock, renew } = startOwner();
  beforeAnswer.to = 'serve';
  beforeAnswer.run = async () => {
    await knock('late');
    await renew();
  };
  await acquireOrKnock(world, {
    connection,
    scope: new Set(['own']),
    round: async (_lease, scope) => {
      served.push(scope);
      if (served.length === 1) {
        await knock('early');
        await renew();
      }
      return { stop: false };
    },
  });
  expect(await safe()).toEqual(new Set(['own', 'early', 'late']));
});
