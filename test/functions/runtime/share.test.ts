import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { takeShare } from '../../../functions/runtime/share.ts';
import { quietObservability } from '../../../functions/runtime/observability.ts';
import { createScheduled } from '../../../functions/scheduled.ts';
import { lambdaContext } from '../../../demo/world/lambda-context.ts';
import type { LeaseItem } from '../../../lib/lease/lease-item.ts';
import { neverOwned } from '../../../lib/lease/protocol.ts';
import { StoreError } from '../../../lib/model/errors/store-error.ts';
import { bearer, startWorld, type TestWorld } from '../../support/world.ts';

/** What is known of each connection: servers that its last pass found, or that are declared. */
const stores = (known: Record<string, number>, declared: Record<string, number> = {}) => ({
  lease: {
    read: async (name: string): Promise<LeaseItem | undefined> =>
      name in known ? { ...neverOwned, known: known[name] } : undefined,
  },
  desired: { countServers: async (name: string) => declared[name] ?? 0 },
});
type Stores = Parameters<typeof takeShare>[2];
const take = (names: readonly string[], atMost: number, from: object) =>
  takeShare(names, atMost, from as Stores);

describe('the share of an invocation', () => {
  test('is so many connections, if they have 2,000 servers together', async () => {
    const known = { a: 700, b: 700, c: 600, d: 1 };
    expect(await take(['a', 'b', 'c', 'd'], 3, stores(known))).toEqual({
      own: ['a', 'b', 'c'],
      left: ['d'],
    });
  });

  test('leaves out what would be too much, and takes smaller ones after it', async () => {
    const known = { a: 1500, b: 10_000, c: 501, d: 500 };
    expect(await take(['a', 'b', 'c', 'd'], 20, stores(known))).toEqual({
      own: ['a', 'd'],
      left: ['b', 'c'],
    });
  });

  test('is one connection if each is too large', async () => {
    const known = { a: 10_000, b: 10_000 };
    expect(await take(['a', 'b'], 20, stores(known))).toEqual({ own: ['a'], left: ['b'] });
  });

  test('counts the rows of one that no pass has seen', async () => {
    const found = await take(['a', 'b'], 20, stores({ a: 5 }, { b: 9000 }));
    expect(found).toEqual({ own: ['a'], left: ['b'] });
  });

  test('reads nothing for a single connection', async () => {
    expect(await take(['a'], 20, {})).toEqual({ own: ['a'], left: [] });
    expect(await take(['a', 'b'], 1, {})).toEqual({ own: ['a'], left: ['b'] });
    expect(await take([], 20, {})).toEqual({ own: [], left: [] });
  });

  test('has what cannot be read: its pass will say so', async () => {
    const read = () => Promise.reject(new StoreError('store-malformed', 'no lease item'));
    const from = { ...stores({}), lease: { read } };
    expect(await take(['a', 'b'], 20, from)).toEqual({ own: ['a', 'b'], left: [] });
  });
});

describe('connections of 10,000 servers', () => {
  const names = ['aaa', 'bbb', 'ccc'];
  let world: TestWorld;

  beforeEach(async () => {
    world = await startWorld();
    for (const name of names) {
      await world.secrets.write(`trueup/${name}/token`, bearer);
      await world.desired.put(name, 'connection', {
        provider: 'barndoor',
        baseUrl: world.barndoor.url,
        auth: { type: 'bearer', token: { secret: `trueup/${name}/token` } },
      });
    }
  });
  afterEach(() => world.close());

  /** How many passes ran side by side at most, and what the function returned. */
  async function run(inlineShare?: number) {
    let [now, most] = [0, 0];
    const { desired, lease } = world.deps;
    const deps = {
      ...world.deps,
      desired: { ...desired, countServers: async () => 10_000 },
      lease: {
        ...lease,
        change: async (...args: Parameters<typeof lease.change>) => {
          if (args[1].kind === 'acquire') most = Math.max(most, (now += 1));
          if (args[1].kind === 'release') now -= 1;
          return lease.change(...args);
        },
      },
    };
    const scheduled = createScheduled(
      () => ({ deps, connectionsAtOnce: 10, inlineShare }),
      quietObservability(),
    );
    const result = await scheduled(
      {},
      lambdaContext('trueup-scheduled', () => 300_000),
    );
    return { result, most };
  }

  test('do not meet in one process: all but one go to the queue', async () => {
    const { result, most } = await run(20);
    expect(result).toMatchObject({ connections: 3, queued: 2, passes: 1 });
    expect(most).toBe(1);
  });

  test('follow each other where there is no queue', async () => {
    const { result, most } = await run();
    expect(result).toMatchObject({ connections: 3, queued: 0, passes: 3, failed: [] });
    expect(most).toBe(1);
  });
});
