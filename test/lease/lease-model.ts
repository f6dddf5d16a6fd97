import { setImmediate as settle } from 'node:timers/promises';
import type { LeaseItem } from '../../lib/lease/lease-item.ts';
import type { LeaseStore } from '../../lib/lease/lease-store.ts';
import { decide, neverOwned } from '../../lib/lease/protocol.ts';
import { acquireOrKnock } from '../../lib/lease/rounds.ts';
import { scopeOf } from '../../lib/lease/scope.ts';
import type { Scope } from '../../lib/lease/scope.ts';
import { StoreError } from '../../lib/model/errors/store-error.ts';
import { defaultSettings } from '../../lib/lease/settings.types.ts';
import type { WorkMessage } from '../../lib/work/message.ts';
import { noQueue } from '../../lib/work/queue.ts';

const connection = 'acme';
const { leaseMs, marginMs } = defaultSettings;

/**
 * One lease, whose changes are one step each: a store's compare-and-swap makes them so. In memory, since all orders of
 * them take a million changes.
 */
function storeOf(protocol: typeof decide): LeaseStore {
  let stored: LeaseItem = neverOwned;
  return {
    read: async () => (stored.rev > 0 ? stored : undefined),
    change: async (_connection, event) => {
      const decision = protocol(stored, event);
      if (!decision.ok || decision.item === stored) return decision;
      stored = { ...decision.item, rev: stored.rev + 1 };
      return { ok: true, item: stored };
    },
  };
}

/** What a run may do besides letting callers go on. */
export interface Limits {
  readonly callers: number;
  /** Milliseconds by which each caller's clock is ahead. */
  readonly skews: readonly number[];
  /** Jumps of time, each a little longer than a lease: after one it has ended for its owner, after two for every caller. */
  readonly jumps: number;
  /** Callers that die, before or after the effect of the call that they are at. */
  readonly deaths: number;
  /** Calls that take effect and whose answer is lost, so that the store repeats them, at any later time. */
  readonly repeats?: number;
  /** Calls that take effect and fail for their caller, who then asks again from the beginning. */
  readonly failures?: number;
  /** A protocol that is wrong, to prove that it is caught. */
  readonly protocol?: typeof decide;
}

interface Waiting {
  readonly caller: number;
  readonly name: string;
  readonly go: () => Promise<void>;
  /** Whether it is a call of the store, whose answer may be lost. */
  readonly repeat: (() => Promise<void>) | undefined;
  readonly fail: (() => Promise<void>) | undefined;
}

interface Round {
  readonly scope: Scope;
  /** The step at which it read. */
  readonly began: number;
}

/** What went wrong in a run; empty if nothing did. */
export interface RunResult {
  readonly violations: readonly string[];
  readonly trace: readonly string[];
  /** How many choices there were at each step. */
  readonly widths: readonly number[];
}

/**
 * Runs the protocol with every await of it under the control of `choose`: which caller's call takes effect next, when
 * time passes, who dies. Then it checks that no request was lost and that no two could write at the same time.
 */
export async function runModel(
  limits: Limits,
  choose: (step: number, width: number) => number,
): Promise<RunResult> {
  const store = storeOf(limits.protocol ?? decide);
  const waiting: Waiting[] = [];
  const dead = new Set<number>();
  const rounds: Round[] = [];
  const handed: Round[] = [];
  const requests: { readonly id: string; readonly madeAt: number }[] = [];
  const violations: string[] = [];
  const trace: string[] = [];
  const widths: number[] = [];
  const mayWrite = new Map<number, () => void>();
  let acquisitions = 0;
  const uuid = () => `acquisition ${(acquisitions += 1)}`;
  let time = 1_000_000;
  let step = 0;
  let [jumps, deaths] = [limits.jumps, limits.deaths];
  let [repeats, failures] = [limits.repeats ?? 0, limits.failures ?? 0];

  /** A call that takes effect when it is chosen, and whose caller may die before or after. */
  const call = <T>(
    caller: number,
    name: string,
    effect: () => Promise<T>,
    ofStore = false,
  ): Promise<T> =>
    new Promise((resolve, reject) => {
      if (dead.has(caller)) return;
      const go = async () => {
        try {
          const result = await effect();
          if (!dead.has(caller)) resolve(result);
        } catch (error) {
          reject(error instanceof Error ? error : new Error(String(error)));
        }
      };
      const once = { caller, go, repeat: undefined, fail: undefined };
      const repeat = async () => {
        await effect();
        waiting.push({ ...once, name: `${name} again` });
      };
      const fail = async () => {
        await effect();
        reject(new StoreError('store-unreachable', 'its answer was lost'));
      };
      waiting.push({ ...once, name, ...(ofStore && { repeat, fail }) });
    });

  /** The calls of one caller. A repeated change finds what the first one did, as a store's does. */
  const controlled = (caller: number): LeaseStore => ({
    read: (name) => call(caller, 'read', () => store.read(name)),
    change: (name, event) => {
      // Whoever releases has written what it had to write.
      if (event.kind === 'release') mayWrite.delete(caller);
      const effect = () => store.change(name, event);
      return call(caller, event.kind, effect, true);
    },
  });

  async function start(caller: number): Promise<void> {
    const clock = {
      now: () => time + (limits.skews[caller] ?? 0),
      // Renewals never come: what they guard against, a lease that runs out, is what is looked at.
      sleep: (_ms: number, signal?: AbortSignal) =>
        new Promise<void>((resolve) => {
          signal?.addEventListener('abort', () => resolve());
        }),
    };
    const id = `request-${caller}`;
    const madeAt = step;
    const world = {
      lease: controlled(caller),
      queue: {
        send: (messages: readonly { readonly message: WorkMessage }[]) =>
          call(caller, 'hand over', async () => {
            for (const { message } of messages) {
              handed.push({ scope: scopeOf(message.servers), began: step });
            }
          }),
      },
      clock,
      settings: defaultSettings,
      owner: `caller ${caller}`,
      uuid,
    };
    const result = await acquireOrKnock(world, {
      connection,
      scope: new Set([id]),
      round: async (lease, scope) => {
        mayWrite.set(caller, () => lease.assertOwned(0));
        const began = await call(caller, 'read', async () => step);
        const isWritten = await call(caller, 'write', async () => {
          try {
            lease.assertOwned(0);
            return true;
          } catch {
            return false;
          }
        });
        if (!isWritten) return { stop: true, rest: { scope, hops: 1 } };
        rounds.push({ scope, began });
        return { stop: false };
      },
    });
    trace.push(`caller ${caller}: ${result}`);
    requests.push({ id, madeAt });
  }

  const failed =
    (caller: number) =>
    (error: unknown): Promise<void> | undefined => {
      trace.push(`caller ${caller} keeps its request: ${String(error)}`);
      if (error instanceof StoreError) return start(caller).catch(failed(caller));
      return undefined;
    };
  for (let caller = 0; caller < limits.callers; caller += 1) {
    start(caller).catch(failed(caller));
  }

  for (; step < 60; step += 1) {
    // oxlint-disable-next-line no-await-in-loop -- one step after the other is the point
    await settle();
    const live = waiting.filter(({ caller }) => !dead.has(caller));
    if (live.length === 0) break;
    const choices: (() => Promise<void> | void)[] = [
      ...live.map((one) => () => {
        trace.push(`${one.caller} ${one.name}`);
        return one.go();
      }),
      ...(jumps > 0
        ? [
            () => {
              jumps -= 1;
              time += leaseMs + 1;
              trace.push('time passes');
            },
          ]
        : []),
      ...(deaths > 0
        ? live.flatMap((one) => [
            () => {
              deaths -= 1;
              dead.add(one.caller);
              trace.push(`${one.caller} dies before ${one.name}`);
            },
            async () => {
              deaths -= 1;
              dead.add(one.caller);
              trace.push(`${one.caller} dies after ${one.name}`);
              await one.go();
            },
          ])
        : []),
    ];
    for (const one of live) {
      const { repeat, fail } = one;
      if (repeat && repeats > 0) {
        choices.push(() => {
          repeats -= 1;
          waiting.splice(waiting.indexOf(one), 1);
          trace.push(`${one.caller} ${one.name}, and hears nothing`);
          return repeat();
        });
      }
      if (fail && failures > 0) {
        choices.push(() => {
          failures -= 1;
          waiting.splice(waiting.indexOf(one), 1);
          trace.push(`${one.caller} ${one.name}, and fails`);
          return fail();
        });
      }
    }
    const index = choose(step, choices.length);
    widths.push(choices.length);
    const one = index < live.length ? live[index] : undefined;
    if (one) waiting.splice(waiting.indexOf(one), 1);
    // oxlint-disable-next-line no-await-in-loop
    await choices[index]?.();
    const writers = [...mayWrite].filter(([caller, check]) => {
      if (dead.has(caller)) return false;
      try {
        check();
        return true;
      } catch {
        return false;
      }
    });
    if (writers.length > 1) violations.push('two owners may both write');
  }

  // Long after, somebody comes by: the lease is free or over, and what is pending is served.
  time += 10 * (leaseMs + marginMs);
  const sweeper = { now: () => time, sleep: () => new Promise<void>(() => undefined) };
  const world = {
    lease: store,
    queue: noQueue,
    clock: sweeper,
    settings: defaultSettings,
    owner: 'sweeper',
    uuid,
  };
  const swept = await acquireOrKnock(world, {
    connection,
    scope: new Set(['sweeper']),
    round: async (_lease, scope) => {
      rounds.push({ scope, began: step });
      return { stop: false };
    },
  });
  if (swept !== 'served') violations.push('the lease is not free after expiry and margin');
  for (const { id, madeAt } of requests) {
    const isServed = [...rounds, ...handed].some(
      ({ scope, began }) => began >= madeAt && (scope === 'all' || scope.has(id)),
    );
    if (!isServed) violations.push(`${id} was acknowledged and lost`);
  }
  return { violations, trace, widths };
}
