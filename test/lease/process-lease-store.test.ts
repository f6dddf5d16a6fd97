import { beforeEach, expect, test } from '@jest/globals';
import { Lease } from '../../lib/lease/lease.ts';
import type { LeaseWorld } from '../../lib/lease/lease.ts';
import type { LeaseStore } from '../../lib/lease/lease-store.ts';
import { processLeaseStore } from '../../lib/lease/process-lease-store.ts';
import { defaultSettings } from '../../lib/lease/settings.types.ts';
import { noQueue } from '../../lib/work/queue.ts';
import { TestClock } from '../support/test-clock.ts';
import { memoryStore } from './memory-store.ts';

const clock = new TestClock();
let table: LeaseStore;
let ended: Set<string>;
let names: number;

beforeEach(() => {
  table = memoryStore();
  ended = new Set();
  names = 0;
});

/** A process that can be looked up as `own`; undefined: nobody can know whether it lives. */
function processOf(own: string | undefined): LeaseWorld {
  const marks = { own: () => own, hasEnded: (mark: string) => ended.has(mark) };
  const uuid = () => `${own} ${(names += 1)}`;
  return {
    lease: processLeaseStore(table, marks),
    queue: noQueue,
    clock,
    settings: defaultSettings,
    owner: `process ${own}`,
    clockName: 'machine',
    uuid,
  };
}

async function acquire(world: LeaseWorld): Promise<Lease | undefined> {
  const lease = await Lease.acquire('acme', world);
  if (!(lease instanceof Lease)) return undefined;
  lease.end();
  return lease;
}

test('the lease of a process that lives is not acquired', async () => {
  await acquire(processOf('one'));
  expect(await acquire(processOf('two'))).toBeUndefined();
});

test('the lease of a process that has ended is acquired at once, as one that was not released', async () => {
  const first = await acquire(processOf('one'));
  first?.saved.reserve(new Map([['a', undefined]]));
  await first?.renew();
  ended.add('one');
  const second = await acquire(processOf('two'));
  expect(second?.epoch).toBe(2);
  const { acquiredAt } = (await table.read('acme')) ?? {};
  expect(second?.endedAt).toBe(acquiredAt);
  // What it may have sent counts, and nothing is known of its budget.
  expect(second?.saved.window).toMatchObject([{ changed: 1 }]);
  expect(second?.saved.savedBudget).toMatchObject({ tokens: 0 });
  await expect(first?.renew()).rejects.toMatchObject({ code: 'lease-lost' });
});

test('of two that find a process ended, one acquires its lease', async () => {
  await acquire(processOf('one'));
  ended.add('one');
  const both = await Promise.all([acquire(processOf('two')), acquire(processOf('three'))]);
  expect(both.filter((lease) => lease !== undefined)).toHaveLength(1);
});

test('the lease of a process whose mark cannot be checked is waited for', async () => {
  await acquire(processOf(undefined));
  ended.add('undefined');
  expect(await acquire(processOf('two'))).toBeUndefined();
});

test('a released lease names no process, and keeps when an earlier one was found to have ended', async () => {
  await acquire(processOf('one'));
  ended.add('one');
  const lease = await acquire(processOf('two'));
  await lease?.release('clear');
  const item = await table.read('acme');
  expect(item).toMatchObject({ endedAt: lease?.endedAt });
  expect(item?.process).toBeUndefined();
  expect(item?.acquiredAt).toBeUndefined();
});
