import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import {
  LeaseCalls,
  budget,
  expiresAt,
  held,
  ids,
  isFree,
  over,
  retry,
  window,
} from './lease-calls.ts';
import type { LeaseSubject } from './lease-calls.ts';

/** What every `LeaseItems` does for who holds a lease, or would: both sides of each condition. */
export function holdingContract(name: string, open: () => Promise<LeaseSubject>): void {
  describe(`${name} is LeaseItems`, () => {
    let subject: LeaseSubject;
    let calls: LeaseCalls;
    beforeEach(async () => {
      subject = await open();
      calls = new LeaseCalls(subject);
    });
    afterEach(() => subject.close());

    describe('acquire', () => {
      test('a lease that nobody ever held', async () => {
        expect(await subject.lease.read('acme')).toBeUndefined();
        const item = await calls.acquire();
        expect(item).toEqual({
          epoch: 1,
          owner: 'one',
          expiresAt,
          takenOver: false,
          knocks: 0,
          window: [],
        });
        expect(await subject.other.read('acme')).toEqual(item);
        expect(await subject.other.read('other')).toBeUndefined();
      });

      test.each([
        ['held', held - 1, undefined],
        ['held to the very millisecond of the margin', held, undefined],
        ['over', over, { epoch: 2, owner: 'two', takenOver: true }],
      ])('one that is %s', async (_, overBefore, expected) => {
        const first = await calls.acquire();
        const second = await calls.acquire('two', overBefore, subject.other);
        if (expected) expect(second).toMatchObject(expected);
        else expect([second, await subject.other.read('acme')]).toEqual([undefined, first]);
      });

      test('one that was released: it was not taken over, and knows nothing of who held it', async () => {
        await calls.acquire();
        await calls.release(1, 0);
        expect(await calls.found()).toMatchObject({ epoch: 1, takenOver: false });
        expect(isFree(await calls.found())).toBe(true);
        expect(await calls.acquire('two', 0)).toMatchObject({ epoch: 2, takenOver: false });
      });

      test('of another connection', async () => {
        await calls.acquire();
        const options = { owner: 'one', expiresAt, overBefore: 0 };
        expect(await subject.lease.acquire('other', options)).toMatchObject({ epoch: 1 });
      });

      test.each([
        ['by many', (n: number) => `owner ${n}`],
        ['by many of one process', () => 'the same'],
      ])('%s at once: one of them holds it', async (_, owner) => {
        const callers = ids(20).map((_id, n) =>
          calls.acquire(owner(n), held, n % 2 ? subject.lease : subject.other),
        );
        const items = (await Promise.all(callers)).filter((item) => item !== undefined);
        expect(items).toHaveLength(1);
        expect(await calls.found()).toEqual(items[0]);
        const takers = ids(20).map((_id, n) =>
          calls.acquire(owner(n), over, n % 2 ? subject.lease : subject.other),
        );
        const taken = (await Promise.all(takers)).filter((item) => item !== undefined);
        expect(taken).toMatchObject([{ epoch: 2, takenOver: true }]);
      });

      test('asked again by a caller that never heard of it: it is held, if by itself', async () => {
        await calls.acquire();
        expect(await calls.acquire()).toBeUndefined();
        expect(await calls.knock(['a'])).toBe(true);
      });
    });

    describe('renew', () => {
      test('by the holder, also after its expiry while nobody took it over', async () => {
        await calls.acquire();
        await calls.knock(['a']);
        expect(await calls.renew(1, 5000)).toMatchObject({ expiresAt: 5000, knocks: 1, epoch: 1 });
        expect(await calls.acquire('two', over)).toBeUndefined();
      });

      test('not with the epoch of one before, or of one that is not yet', async () => {
        await calls.acquire();
        const taken = await calls.acquire('two', over, subject.other);
        expect(await calls.renew(1, 5000)).toBeUndefined();
        expect(await calls.renew(3, 5000)).toBeUndefined();
        expect(await calls.found()).toEqual(taken);
        expect(await calls.renew(2, 5000)).toMatchObject({ owner: 'two', expiresAt: 5000 });
      });

      test('not once it is released', async () => {
        expect(await calls.renew(0, 5000)).toBeUndefined();
        await calls.acquire();
        await calls.release(1, 0);
        expect(await calls.renew(1, 5000, { budget })).toBeUndefined();
        expect(isFree(await calls.found())).toBe(true);
        expect(await calls.found()).not.toHaveProperty('budget');
      });

      test('saves what it is told, and leaves the rest', async () => {
        await calls.acquire();
        const save = { window, retry, budget };
        expect(await calls.renew(1, 2000, save)).toMatchObject(save);
        expect(await calls.renew(1, 3000)).toMatchObject({ ...save, expiresAt: 3000 });
        const changed = { ...budget, tokens: 3.25 };
        expect(await calls.renew(1, 4000, { budget: changed, retry: null })).toEqual({
          ...(await calls.found()),
          window,
          budget: changed,
        });
        expect(await calls.found()).not.toHaveProperty('retry');
      });
    });

    describe('release', () => {
      test('clears what was asked for, if the number of knocks is still that', async () => {
        await calls.acquire();
        await calls.knock(['a']);
        await calls.serve(1, 1, 'a');
        await calls.knock('all');
        const refused = await calls.release(1, 1);
        expect(refused).toEqual(await calls.found());
        expect(refused).toMatchObject({ owner: 'one', knocks: 2, knocked: 'all' });
        expect(await calls.release(1, 2, false, { window, budget })).toBe('released');
        expect(await calls.found()).toEqual({
          epoch: 1,
          takenOver: false,
          knocks: 2,
          window,
          budget,
        });
      });

      test('keeps it for the next holder, whatever the number of knocks', async () => {
        await calls.acquire();
        await calls.knock(['a']);
        await calls.serve(1, 1, 'a');
        await calls.knock(['b']);
        expect(await calls.release(1, 0, true, { retry })).toBe('released');
        expect(await calls.acquire('two', held)).toMatchObject({
          epoch: 2,
          takenOver: false,
          knocks: 2,
          running: new Set(['a']),
          knocked: new Set(['b']),
          retry,
        });
      });

      test.each([true, false])('of another epoch changes nothing (keep: %s)', async (keep) => {
        await calls.acquire();
        await calls.knock(['a']);
        const taken = await calls.acquire('two', over, subject.other);
        expect(await calls.release(1, 1, keep, { budget })).toBe('lost');
        expect(await calls.found()).toEqual(taken);
      });

      test('twice is as good as once', async () => {
        await calls.acquire();
        expect(await calls.release(1, 0, false, { budget })).toBe('released');
        expect(await calls.release(1, 0)).toBe('released');
        expect(await calls.release(1, 7, true, { window })).toBe('released');
        expect(await calls.found()).toMatchObject({ budget, window: [] });
      });

      test('of many holders and knockers at once loses no knock', async () => {
        await calls.acquire();
        const knocks = ids(10).map((id) => calls.knock([id]));
        const [released, ...answers] = await Promise.all([calls.release(1, 0), ...knocks]);
        const { knocked, knocks: counted } = await calls.found();
        const accepted = ids(10).filter((_, n) => answers[n]);
        expect(counted ?? 0).toBe(accepted.length);
        expect(knocked).toEqual(accepted.length > 0 ? new Set(accepted) : undefined);
        if (accepted.length > 0) expect(released).toMatchObject({ owner: 'one' });
        else expect(released).toBe('released');
      });
    });
  });
}
