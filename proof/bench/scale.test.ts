import { describe, expect, test } from '@jest/globals';
import { down } from '../../bench/scale/parts/down.ts';
import { embedded } from '../../bench/scale/parts/embedded.ts';
import { neighbour } from '../../bench/scale/parts/neighbour.ts';
import { outage } from '../../bench/scale/parts/outage.ts';
import { sweeps, sweepsAndQuota, undersized } from '../../bench/scale/parts/sweep.ts';
import { targetsOf } from '../../bench/scale/page/targets.ts';
import type { Results } from '../../bench/scale/results.types.ts';

const processor = { pass: 40, server: 0.5 };

describe('in virtual time', () => {
  test('each connection has one pass in a sweep, sooner with more workers', async () => {
    const [one, five] = await sweeps(40, [1, 5], processor);
    expect(one?.calls).toMatchObject({ list: 1, PutItem: 3, ListSecrets: 1, BatchGetItem: 1 });
    expect(one?.seconds).toBeGreaterThan(five?.seconds ?? 0);
  });

  test('a sweep above the quota of ListSecrets ends, refused calls and all', async () => {
    const limited = { workers: 20, quota: 2 };
    const found = await sweepsAndQuota(40, [], limited, processor);
    const { refused, returned, unserved } = found.throttled;
    expect(refused).toBeGreaterThan(0);
    expect(returned).toBeGreaterThan(0);
    // Only those of the scheduled function's own share wait for its next event.
    expect(unserved).toBeLessThanOrEqual(20);
  });

  test('with too few workers messages are overtaken, and no connection is left out', async () => {
    const { seconds, overtaken, messages } = await undersized(80, 2, 11, {
      pass: 12_000,
      server: 0,
    });
    expect(seconds).toBeGreaterThan(300);
    expect(overtaken).toBeGreaterThan(0);
    expect(messages.most).toBeLessThan(3 * 60);
  });

  test('the connection whose servers are all changed is updated whole, the others have their passes', async () => {
    const found = await neighbour(25, 4, 120, processor);
    expect(found.puts).toBe(120);
    expect(found.beside.most).toBeLessThan(60);
  });

  test('others have their passes beside gateways that are down', async () => {
    const cases = [
      [0, 'none'],
      [1, 'timeout'],
      [1, '503'],
    ] as const;
    const { cases: found } = await down(24, 3, cases, processor);
    expect(found.map(({ second }) => Number.isFinite(second.most))).toEqual([true, true, true]);
    expect(found[1]?.spent).toBeGreaterThan(45);
  });

  test('the messages of an outage are gone soon after it, each connection served once', async () => {
    const found = await outage(30, 3, 16, processor);
    expect(found.messages).toBe(4 * 10);
    expect(found.overtaken).toBeGreaterThan(0.5);
    expect(found.goneSeconds).toBeLessThan(60);
  });
});

test('a pass makes the same calls on the embedded world and in virtual time', async () => {
  const found = await embedded(4, 1, processor);
  const targets = targetsOf({ ...filler, embedded: found });
  expect(targets.find(({ what }) => what.startsWith('calls of a pass'))).toMatchObject({
    met: true,
  });
});

const spread = { p50: 1, p90: 1, p99: 1, most: 1 };
/** The other figures of a result, which this target does not look at. */
const filler = {
  sweeps: [{ connections: 1, workers: 1, seconds: 1, served: spread }],
  neighbour: { changed: 1, without: spread, beside: spread },
  down: { cases: [{ second: spread }, { second: spread }] },
  outage: { minutes: 1, goneSeconds: 1 },
} as unknown as Results;
