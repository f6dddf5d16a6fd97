import { describe, expect, test } from '@jest/globals';
import { passGate } from '../../lib/lease/pass-gate.ts';
import { Lease } from '../../lib/lease/lease.ts';
import type { LeaseEvent } from '../../lib/lease/protocol.ts';
import { defaultSettings } from '../../lib/lease/settings.types.ts';
import { noQueue } from '../../lib/work/queue.ts';
import { memoryStore } from './memory-store.ts';

const { leaseMs, attemptMs, renewMs } = defaultSettings;
const signal = new AbortController().signal;

/** An owner whose lease is renewed only when its gate asks for it. */
async function owner() {
  const store = memoryStore();
  const renewals: number[] = [];
  let now = 1_000_000;
  let fails = false;
  const world = {
    lease: {
      ...store,
      change: async (...args: Parameters<typeof store.change>) => {
        const event: LeaseEvent = args[1];
        if (event.kind !== 'renew') return store.change(...args);
        renewals.push(now);
        if (fails) throw new Error('the store is away');
        return store.change(...args);
      },
    },
    queue: noQueue,
    clock: { now: () => now, sleep: () => new Promise<void>(() => undefined) },
    settings: defaultSettings,
    owner: 'one',
    uuid: () => 'acquisition',
  };
  const lease = await Lease.acquire('acme', world);
  if (!(lease instanceof Lease)) throw new Error('not acquired');
  return {
    gate: passGate(lease, { requestsPerMinute: 300 }, world),
    renewals,
    pass: (ms: number) => (now += ms),
    stopStore: () => (fails = true),
    endOf: async () => (await store.read('acme'))?.expiresAt,
    now: () => now,
  };
}

test('three attempts, and what comes between, fit into a lease that was just renewed', () => {
  expect(3 * attemptMs + renewMs / 4).toBeLessThanOrEqual(leaseMs);
});

describe('before an attempt', () => {
  test('that the lease outlives, it is not renewed', async () => {
    const { gate, renewals, pass } = await owner();
    pass(leaseMs - attemptMs - renewMs / 4);
    await gate.admit(signal);
    expect(renewals).toEqual([]);
  });

  test('that it does not outlive, it is renewed, once for all that wait', async () => {
    const { gate, renewals, pass, endOf, now } = await owner();
    pass(renewMs);
    await Promise.all([gate.admit(signal, 3), gate.admit(signal, 3), gate.admit(signal, 3)]);
    expect(renewals).toHaveLength(1);
    expect(await endOf()).toBe(now() + leaseMs);
  });

  test('that it does not outlive because it cannot be renewed, nothing is sent', async () => {
    const { gate, renewals, pass, stopStore } = await owner();
    pass(renewMs);
    stopStore();
    await expect(gate.admit(signal, 3)).rejects.toMatchObject({ code: 'lease-lost' });
    expect(renewals).toHaveLength(1);
    // A shorter one still fits.
    await gate.admit(signal);
  });

  test('the time of the process has to outlive it too', async () => {
    const { pass, ...one } = await owner();
    expect(() => one.gate.assertMay(3)).not.toThrow();
    pass(leaseMs - 3 * attemptMs + 1);
    expect(() => one.gate.assertMay(3)).toThrow('has ended');
    expect(() => one.gate.assertMay()).not.toThrow();
  });
});
