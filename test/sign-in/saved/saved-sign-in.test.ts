import { expect, test } from '@jest/globals';
import { StoreError } from '../../../lib/model/errors/store-error.ts';
import { saveWithRetries } from '../../../lib/sign-in/saved/saved-sign-in.ts';
import { virtualTime } from '../../support/virtual-clock.ts';

const settle = () => new Promise<void>((resolve) => setImmediate(resolve));

/** Parameter Store takes three writes a second, by default. */
const writesPerSecond = 3;

test('twenty processes that save at once all succeed, where the store takes three writes a second', async () => {
  const time = virtualTime(0, settle);
  let taken: number[] = [];
  const save = async () => {
    const now = time.clock.now();
    taken = taken.filter((at) => at > now - 1000);
    if (taken.length >= writesPerSecond) throw storeError('store-throttled');
    taken.push(now);
  };
  const saves = Array.from({ length: 20 }, () => saveWithRetries(time.clock, save));
  await time.run(Promise.all(saves));
  expect(time.clock.now()).toBeLessThan(40_000);
});

test.each([
  ['store-throttled', 8],
  ['store-denied', 4],
  ['store-failed', 4],
] as const)('a save that fails with %s for good is made %i times', async (code, times) => {
  const time = virtualTime(0, settle);
  let calls = 0;
  const save = async () => {
    calls += 1;
    throw storeError(code);
  };
  await expect(time.run(saveWithRetries(time.clock, save))).rejects.toMatchObject({ code });
  expect(calls).toBe(times);
});

const storeError = (code: StoreError['code']) => new StoreError(code, 'said the test', {});
