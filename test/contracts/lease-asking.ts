import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { knockedAtMost } from '../../lib/reconcile/ports/lease-items.ts';
import { LeaseCalls, held, ids, isFree, over } from './lease-calls.ts';
import type { LeaseSubject } from './lease-calls.ts';

/** What every `LeaseItems` does for who asks a holder for something: both sides of each condition. */
export function askingContract(name: string, open: () => Promise<LeaseSubject>): void {
  describe(`${name} is LeaseItems, for who asks`, () => {
    let subject: LeaseSubject;
    let calls: LeaseCalls;
    beforeEach(async () => {
      subject = await open();
      calls = new LeaseCalls(subject);
    });
    afterEach(() => subject.close());

    describe('knock', () => {
      test('on exactly the opposite condition', async () => {
        expect(await calls.knock(['a'])).toBe(false);
        expect(await subject.other.read('acme')).toBeUndefined();
        await calls.acquire();
        expect(await calls.knock(['a'], over)).toBe(false);
        expect(await calls.knock(['a'], held)).toBe(true);
        await calls.release(1, 0, true);
        expect(await calls.knock(['b'], 0)).toBe(false);
        expect(await calls.found()).toMatchObject({ knocks: 1, knocked: new Set(['a']) });
        expect(isFree(await calls.found())).toBe(true);
      });

      test('ids are merged, each knock is counted', async () => {
        await calls.acquire();
        await calls.knock(['a', 'b']);
        await calls.knock(['b', 'ü', '😀'.repeat(128)]);
        const knocked = new Set(['a', 'b', 'ü', '😀'.repeat(128)]);
        expect(await calls.found()).toMatchObject({ knocks: 2, knocked });
      });

      test('all stays all', async () => {
        await calls.acquire();
        await calls.knock(['a']);
        await calls.knock('all');
        await calls.knock(['b']);
        expect(await calls.found()).toMatchObject({ knocks: 3, knocked: 'all' });
      });

      test.each<[string, number, readonly string[], 'all' | number]>([
        ['as many ids as one may name', 0, ids(knockedAtMost), knockedAtMost],
        ['one more', 0, ids(knockedAtMost + 1), 'all'],
        ['as many in two knocks', 60, ids(knockedAtMost - 60, 'b'), knockedAtMost],
        ['one more in two knocks', 60, ids(knockedAtMost - 59, 'b'), 'all'],
        ['the same ones twice', knockedAtMost, ids(1), 'all'],
        ['nobody', 0, [], 0],
      ])('for %s', async (_, before, asked, expected) => {
        await calls.acquire();
        if (before > 0) await calls.knock(ids(before));
        expect(await calls.knock(asked)).toBe(true);
        const { knocked, knocks } = await calls.found();
        expect(knocks).toBe(before > 0 ? 2 : 1);
        expect(knocked === 'all' ? knocked : (knocked?.size ?? 0)).toBe(expected);
      });

      test('by many at once: none is lost', async () => {
        await calls.acquire();
        await Promise.all(
          ids(20).map((id, n) => calls.knock([id], held, n % 2 ? subject.lease : subject.other)),
        );
        expect(await calls.found()).toMatchObject({ knocks: 20, knocked: new Set(ids(20)) });
      });
    });

    describe('serve', () => {
      test('moves the knocks, if none came since, and the lease is still this holder’s', async () => {
        await calls.acquire();
        await calls.knock(['a']);
        await calls.knock(['b']);
        expect(await calls.serve(1, 1, 'a', 'b')).toBe(false);
        expect(await calls.serve(2, 2, 'a', 'b')).toBe(false);
        expect(await calls.found()).not.toHaveProperty('running');
        expect(await calls.serve(1, 2, 'a', 'b')).toBe(true);
        expect(await calls.found()).toMatchObject({ knocks: 2, running: new Set(['a', 'b']) });
        expect(await calls.found()).not.toHaveProperty('knocked');
        expect(await calls.serve(1, 2, 'a', 'b')).toBe(true);
        await calls.knock(['c']);
        expect(await calls.found()).toMatchObject({
          running: new Set(['a', 'b']),
          knocked: new Set(['c']),
        });
      });

      test('all in place of some, some in place of all', async () => {
        await calls.acquire();
        await calls.knock('all');
        expect(await subject.lease.serve('acme', { epoch: 1, knocks: 1, running: 'all' })).toBe(
          true,
        );
        expect(await calls.found()).toMatchObject({ running: 'all' });
        expect(await calls.found()).not.toHaveProperty('knocked');
        expect(await calls.serve(1, 1, 'a')).toBe(true);
        expect(await calls.found()).toMatchObject({ running: new Set(['a']) });
      });

      test('while nobody knocked, and not once it is released', async () => {
        await calls.acquire();
        expect(await calls.serve(1, 0, 'a')).toBe(true);
        await calls.release(1, 0, true);
        expect(await calls.serve(1, 0, 'b')).toBe(false);
        expect(await calls.found()).toMatchObject({ running: new Set(['a']) });
      });
    });
  });
}
