import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { LeaseItem } from '../../lib/lease/lease-item.ts';
import { leaseStore } from '../../lib/lease/lease-store.ts';
import type { LeaseStore } from '../../lib/lease/lease-store.ts';
import { neverOwned } from '../../lib/lease/protocol.ts';
import { acquireAs, knockFor } from '../support/lease-events.ts';
import type { TestTable } from '../table/table-contract.ts';

const expiresAt = 1000;
const expired = { expiresAt: 2000, expiredBefore: expiresAt + 1 };

const ids = (count: number) => Array.from({ length: count }, (_, n) => `${n}`);

/** What `leaseStore` does on every table; what an event makes of an item is `protocol.test.ts`'s. */
export function leaseContract(name: string, open: () => Promise<TestTable>): void {
  describe(`Leases in ${name}`, () => {
    let world: TestTable;
    let lease: LeaseStore;
    let other: LeaseStore;
    beforeEach(async () => {
      world = await open();
      [lease, other] = [leaseStore(world.table), leaseStore(world.other)];
    });
    afterEach(() => world.close());

    const must = (item: LeaseItem | undefined): LeaseItem => {
      if (!item) throw new Error('there is no item');
      return item;
    };

    test('begin as no item, and are each connection’s own', async () => {
      expect(await lease.read('acme')).toBeUndefined();
      const item = must(await acquireAs('one', lease, 'acme', { expiresAt }));
      expect(item).toMatchObject({ rev: 1, epoch: 1, owner: 'one', expiresAt, takenOver: false });
      expect(await other.read('acme')).toEqual(item);
      expect(await other.read('other')).toBeUndefined();
      expect(await acquireAs('two', other, 'other', { expiresAt })).toMatchObject({ epoch: 1 });
    });

    test('keep all that an item may have', async () => {
      const { epoch } = must(await acquireAs('one', lease, 'acme', { expiresAt }));
      const save = {
        window: [{ from: '2026-11-22T12:00:00.000Z', to: '2026-11-22T12:00:00.000Z', changed: 3 }],
        retry: {
          attempts: 1,
          notBefore: '2026-11-22T12:00:00.000Z',
          key: 'k',
          state: 'needs-login' as const,
          credential: 'v1',
        },
        budget: { tokens: -2.5 / 3, at: 1_774_000_000_123, by: 'one' },
      };
      await lease.change('acme', { kind: 'renew', epoch, expiresAt: 1500, save });
      await knockFor(['ü', '😀'.repeat(128)], other, 'acme');
      const running = new Set(['a', 'b']);
      await lease.change('acme', { kind: 'serve', epoch, knocks: 1, running });
      await knockFor('all', other, 'acme');
      expect(await other.read('acme')).toEqual({
        rev: 5,
        epoch: 1,
        owner: 'one',
        acquiredAt: 0,
        acquisition: expect.any(String),
        expiresAt: 1500,
        takenOver: false,
        knocks: 2,
        knocked: 'all',
        running,
        ...save,
      });
    });

    test('are acquired by one of many that ask at once, of a free lease and of an expired one', async () => {
      const acquireAll = (times: { expiresAt: number; expiredBefore?: number }) =>
        Promise.all(
          ids(20).map((_, n) => acquireAs('the same', n % 2 ? lease : other, 'acme', times)),
        );
      const [first, ...more] = (await acquireAll({ expiresAt })).filter(Boolean);
      expect(more).toEqual([]);
      expect(await lease.read('acme')).toEqual(first);
      const taken = (await acquireAll(expired)).filter(Boolean);
      expect(taken).toMatchObject([{ epoch: 2, takenOver: true }]);
    });

    test('lose none of many knocks at once', async () => {
      await acquireAs('one', lease, 'acme', { expiresAt });
      const knocks = ids(20).map((id, n) => knockFor([id], n % 2 ? lease : other, 'acme'));
      expect(await Promise.all(knocks)).toEqual(ids(20).map(() => true));
      expect(await lease.read('acme')).toMatchObject({ knocks: 20, knocked: new Set(ids(20)) });
    });

    test('of many owners and callers at once lose no request', async () => {
      const served: string[] = [];
      const ask = async (id: string, n: number) => {
        const store = n % 2 ? lease : other;
        for (;;) {
          const item = await acquireAs(id, store, 'acme', { expiresAt });
          if (!item) {
            if (await knockFor([id], store, 'acme')) return;
            continue;
          }
          served.push(id);
          for (let known = item; ;) {
            const { epoch, knocks, window } = known;
            const asked = known.knocked === 'all' ? ['all'] : [...(known.knocked ?? [])];
            const event = {
              kind: 'release',
              epoch,
              knocks,
              keep: false,
              save: { window },
            } as const;
            const decision = await store.change('acme', event, known);
            if (decision.ok) {
              served.push(...asked);
              return;
            }
            known = decision.item;
          }
        }
      };
      await Promise.all(ids(12).map(ask));
      expect([...new Set(served)].toSorted()).toEqual(ids(12).toSorted());
    });

    test('are changed as the caller knows them, or as they are where that has changed', async () => {
      const first = must(await acquireAs('one', lease, 'acme', { expiresAt }));
      const { epoch, window } = first;
      const renew = { kind: 'renew', epoch, expiresAt: 1500, save: { window } } as const;
      const second = await lease.change('acme', renew, first);
      expect(second).toEqual({ ok: true, item: { ...first, rev: 2, expiresAt: 1500 } });
      await knockFor(['a'], other, 'acme');
      const third = await lease.change('acme', { ...renew, expiresAt: 1800 }, second.item);
      expect(third.item).toMatchObject({ rev: 4, expiresAt: 1800, knocked: new Set(['a']) });
      expect(await other.read('acme')).toEqual(third.item);
    });

    test('that the caller knows wrongly are not written for it', async () => {
      const known = { ...neverOwned, rev: 7, expiresAt: 0 };
      const knock = { kind: 'knock', scope: 'all', expiredBefore: 0 } as const;
      const refused = { ok: false, why: 'free', item: neverOwned };
      expect(await lease.change('acme', knock, known)).toEqual(refused);
      expect(await other.read('acme')).toBeUndefined();
    });

    test('that are refused as the caller knows them are read before that counts', async () => {
      const known = must(await acquireAs('one', lease, 'acme', { expiresAt }));
      const { epoch, window } = known;
      const release = { kind: 'release', epoch, knocks: 0, keep: true, save: { window } } as const;
      await lease.change('acme', release);
      const event = {
        kind: 'acquire',
        id: 'x',
        owner: 'two',
        at: 0,
        expiresAt,
        expiredBefore: 0,
      } as const;
      expect(await other.change('acme', event, known)).toMatchObject({ ok: true });
    });

    test('that were not written by Trueup fail by name, and no other connection with them', async () => {
      await world.table.put('acme', 'lease', { epoch: 3, knocked: [1] });
      for (const call of [lease.read('acme'), acquireAs('one', lease, 'acme', { expiresAt })]) {
        await expect(call).rejects.toMatchObject({
          code: 'store-malformed',
          message: expect.stringContaining('acme lease'),
        });
      }
      expect(await acquireAs('one', lease, 'other', { expiresAt })).toMatchObject({ epoch: 1 });
    });
  });
}
