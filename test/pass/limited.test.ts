import { describe, expect, test } from '@jest/globals';
import { setImmediate as turn } from 'node:timers/promises';
import { allEnded, eachLimited, mapLimited } from '../../lib/pass/limited.ts';

const never = new AbortController().signal;

describe('eachLimited', () => {
  test('works on all items in order, at most so many at a time', async () => {
    const started: number[] = [];
    let [now, most] = [0, 0];
    const left = await eachLimited([1, 2, 3, 4, 5], 2, async (item) => {
      started.push(item);
      now += 1;
      most = Math.max(most, now);
      await turn();
      now -= 1;
    });
    expect([started, most, left]).toEqual([[1, 2, 3, 4, 5], 2, []]);
  });

  test('returns what was not started when it was stopped', async () => {
    let done = 0;
    const work = async () => void (done += 1);
    expect(await eachLimited([1, 2, 3], 1, work, () => done === 2)).toEqual([3]);
  });

  test('throws the first error after everything in flight has ended, and starts nothing more', async () => {
    const ended: number[] = [];
    const work = async (item: number) => {
      if (item === 1) throw new Error('first');
      await turn();
      ended.push(item);
    };
    await expect(eachLimited([1, 2, 3], 2, work)).rejects.toThrow('first');
    expect(ended).toEqual([2]);
  });
});

describe('mapLimited', () => {
  test('returns results in the order of the items', async () => {
    const slowFirst = async (item: number) => {
      if (item === 1) await turn();
      return item * 10;
    };
    expect(await mapLimited([1, 2, 3], 3, never, slowFirst)).toEqual([10, 20, 30]);
  });

  test('returns undefined when it was stopped', async () => {
    const stop = new AbortController();
    const done: number[] = [];
    const work = async (item: number) => {
      done.push(item);
      stop.abort();
    };
    expect(await mapLimited([1, 2], 1, stop.signal, work)).toBeUndefined();
    expect(done).toEqual([1]);
  });
});

describe('allEnded', () => {
  test('returns all results', async () => {
    expect(await allEnded([Promise.resolve(1), Promise.resolve('two')])).toEqual([1, 'two']);
  });

  test('aborts at the first failure, and throws it after all have ended', async () => {
    const abort = new AbortController();
    let wasAborted: boolean | undefined;
    const other = async () => {
      await turn();
      wasAborted = abort.signal.aborted;
    };
    const failed = Promise.reject(new Error('first'));
    await expect(allEnded([failed, other()], abort)).rejects.toThrow('first');
    expect(wasAborted).toBe(true);
  });

  test('throws without a controller, too', async () => {
    await expect(allEnded([Promise.reject(new Error('first'))])).rejects.toThrow('first');
  });
});
