import { expect, test } from '@jest/globals';
import { inFlightEnded } from '../../lib/lease/in-flight.ts';
import type { Lease } from '../../lib/lease/lease.ts';
import { memoryLog } from '../support/log.ts';
import { TestClock } from '../support/test-clock.ts';

const lease = (endedAt: number | undefined) => ({ connection: 'acme', endedAt }) as Lease;

test('nothing is waited for unless a process has ended in the middle, not long ago', async () => {
  const clock = new TestClock();
  const log = memoryLog();
  await inFlightEnded(lease(undefined), 15_000, { clock, log });
  await inFlightEnded(lease(clock.now() - 15_000), 15_000, { clock, log });
  expect(log.lines).toEqual([]);
});

test('what a process that has ended may have sent is waited for, as long as it may take', async () => {
  const log = memoryLog();
  const waits: number[] = [];
  const clock = { now: () => 100_000, sleep: async (ms: number) => void waits.push(ms) };
  await inFlightEnded(lease(90_500), 15_000, { clock, log });
  expect(waits).toEqual([5500]);
  expect(log.lines.map(({ message }) => message)).toEqual([
    'acme: the process that had the lease has ended; waiting 6 s, until its last request must have ended',
  ]);
});
