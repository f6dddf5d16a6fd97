import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { leaseFile } from '../../lib/files/lease-file.ts';
import type { LeaseItems } from '../../lib/reconcile/ports/lease-items.ts';
import { temporaryFolder, type TemporaryFolder } from './temporary-folder.ts';

const budget = { tokens: -2.5, at: 1000, by: 'one' };
const window = [{ start: '2026-11-22T12:00:00.000Z', changed: 3 }];
const retry = { attempts: 1, notBefore: '2026-11-22T12:00:00.000Z', key: 'k' };

describe('The lease in a state folder', () => {
  let folder: TemporaryFolder;
  let lease: LeaseItems;
  let other: LeaseItems;
  beforeEach(async () => {
    folder = await temporaryFolder();
    lease = leaseFile({ folder: folder.path });
    other = leaseFile({ folder: folder.path });
  });
  afterEach(() => folder.remove());

  const acquire = (owner = 'one', expiresAt = 100, overBefore = 50) =>
    lease.acquire('acme', { owner, expiresAt, overBefore });

  test('is acquired by one, and by another only once it is over', async () => {
    expect(await lease.read('acme')).toBeUndefined();
    const item = await acquire();
    expect(item).toEqual({
      epoch: 1,
      owner: 'one',
      expiresAt: 100,
      takenOver: false,
      knocks: 0,
      window: [],
      readsAsked: 0,
      readsGranted: 0,
    });
    expect(await other.read('acme')).toEqual(item);
    expect(await acquire('two', 200, 100)).toBeUndefined();
    expect(await acquire('two', 200, 101)).toMatchObject({ epoch: 2, takenOver: true });
    const options = { epoch: 1, expiresAt: 300, save: {} };
    expect(await lease.renew('acme', options)).toBeUndefined();
    expect(await lease.renew('acme', { ...options, epoch: 2 })).toMatchObject({ expiresAt: 300 });
    expect(await lease.read('other')).toBeUndefined();
  });

  test('of many that acquire at once one does', async () => {
    const all = await Promise.all(Array.from({ length: 20 }, (_, n) => acquire(`${n}`)));
    expect(all.filter((item) => item !== undefined)).toHaveLength(1);
  });

  test('is knocked at on exactly the opposite condition, for ids or all', async () => {
    const knock = (scope: 'all' | ReadonlySet<string>, overBefore = 50) =>
      other.knock('acme', { scope, overBefore });
    expect(await knock('all')).toBe(false);
    await acquire();
    expect(await knock('all', 101)).toBe(false);
    expect(await knock(new Set(['a', 'b']))).toBe(true);
    expect(await knock(new Set(['b', 'c']))).toBe(true);
    const knocked = new Set(['a', 'b', 'c']);
    expect(await lease.read('acme')).toMatchObject({ knocks: 2, knocked });
    expect(await lease.serve('acme', { epoch: 1, knocks: 1, running: knocked })).toBe(false);
    expect(await lease.serve('acme', { epoch: 9, knocks: 2, running: knocked })).toBe(false);
    expect(await lease.serve('acme', { epoch: 1, knocks: 2, running: knocked })).toBe(true);
    const served = await lease.read('acme');
    expect(served).toMatchObject({ knocks: 2, running: knocked });
    expect(served).not.toHaveProperty('knocked');
    expect(await knock(new Set(Array.from({ length: 60 }, (_, n) => `x${n}`)))).toBe(true);
    expect(await knock(new Set(Array.from({ length: 60 }, (_, n) => `y${n}`)))).toBe(true);
    expect(await lease.read('acme')).toMatchObject({ knocks: 4, knocked: 'all' });
    expect(await knock(new Set(['z']))).toBe(true);
    expect(await lease.read('acme')).toMatchObject({ knocked: 'all', running: knocked });
  });

  test('is released unless somebody knocked; what is kept the next holder finds', async () => {
    await acquire();
    await lease.knock('acme', { scope: new Set(['a']), overBefore: 50 });
    const options = { epoch: 1, knocks: 0, keep: false, save: {} };
    expect(await lease.release('acme', options)).toMatchObject({ knocks: 1, epoch: 1 });
    expect(await lease.release('acme', { ...options, keep: true })).toBe('released');
    expect(await lease.release('acme', { ...options, keep: true })).toBe('released');
    const next = await acquire('two');
    expect(next).toMatchObject({ epoch: 2, takenOver: false, knocked: new Set(['a']) });
    expect(await lease.release('acme', options)).toBe('lost');
    expect(await lease.release('acme', { ...options, epoch: 2, knocks: 1 })).toBe('released');
    const free = await lease.read('acme');
    expect(free).not.toHaveProperty('knocked');
    expect(free).not.toHaveProperty('owner');
    expect(free).not.toHaveProperty('expiresAt');
  });

  test('keeps what a holder saves', async () => {
    await acquire();
    const save = { window, retry, budget, readsGranted: 4 };
    expect(await lease.renew('acme', { epoch: 1, expiresAt: 200, save })).toMatchObject(save);
    const release = { epoch: 1, knocks: 0, keep: false, save: { retry: null } };
    expect(await lease.release('acme', release)).toBe('released');
    const found = await other.read('acme');
    expect(found).toMatchObject({ window, budget, readsGranted: 4 });
    expect(found).not.toHaveProperty('retry');
  });

  test('reads are asked of a holder, or taken from the saved budget while there is none', async () => {
    const take = (seen: typeof budget | undefined, next = budget) =>
      lease.takeBudget('acme', { seen, next, overBefore: 50 });
    expect(await lease.askReads('acme', { count: 3, overBefore: 50 })).toBeUndefined();
    expect(await take(undefined)).toBe(true);
    expect(await take(undefined)).toBe(false);
    expect(await take({ ...budget, tokens: 7 })).toBe(false);
    expect(await take(budget, { ...budget, tokens: 8 })).toBe(true);
    await acquire();
    expect(await take({ ...budget, tokens: 8 })).toBe(false);
    expect(await lease.askReads('acme', { count: 3, overBefore: 50 })).toBe(3);
    expect(await other.askReads('acme', { count: 2, overBefore: 50 })).toBe(5);
    expect(await lease.askReads('acme', { count: 2, overBefore: 101 })).toBeUndefined();
  });

  test.each(['{', '[]', '{"epoch":"1"}', '{"epoch":1,"knocks":0}'])(
    'a damaged file fails, by name: %s',
    async (text) => {
      await acquire();
      await writeFile(join(folder.path, 'ledger', 'acme', 'lease.json'), text);
      await expect(acquire()).rejects.toMatchObject({ code: 'store-malformed' });
      await expect(lease.read('acme')).rejects.toThrow(/lease\.json is damaged/);
    },
  );
});
