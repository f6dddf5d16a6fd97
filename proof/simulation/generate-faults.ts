import type { Chance } from './chance.ts';
import type { Action, Fault, FaultKind } from './scenario.types.ts';

const calls: readonly (readonly [weight: number, on: string])[] = [
  [12, 'vendor.put'],
  [4, 'vendor.list'],
  [2, 'vendor.get'],
  [3, 'vendor.token'],
  [6, 'ledger.writeServer'],
  [3, 'ledger'],
  [2, 'lease.release'],
  [2, 'lease.renew'],
  [1, 'lease.serve'],
  [1, 'lease.knock'],
  [1, 'lease.acquire'],
  [3, 'lease'],
  [2, 'desired'],
  [1, 'secrets.versions'],
  [2, 'secrets'],
  [2, 'credentials'],
  [1, 'queue'],
  [1, 'announcer'],
  [3, '*'],
];

const storeFaults: readonly (readonly [number, (chance: Chance) => FaultKind])[] = [
  [3, () => ({ what: 'error-before' })],
  [3, () => ({ what: 'error-after' })],
  [1, (chance) => ({ what: 'slow', ms: chance.between(1000, 25_000) })],
  [3, () => ({ what: 'crash-before' })],
  [3, () => ({ what: 'crash-after' })],
  [3, (chance) => ({ what: 'freeze-before', ms: chance.between(2000, 200_000) })],
  [2, (chance) => ({ what: 'freeze-after', ms: chance.between(2000, 200_000) })],
  [1, () => ({ what: 'repeat' })],
  [1, (chance) => ({ what: 'stale', ms: chance.between(1000, 300_000) })],
];

const vendorFaults: readonly (readonly [number, (chance: Chance) => FaultKind])[] = [
  ...storeFaults,
  [2, (chance) => ({ what: 'slow', ms: chance.between(15_000, 40_000) })],
  [2, () => ({ what: 'no-route' })],
  [1, () => ({ what: 'garbage' })],
  [
    6,
    (chance) => ({
      what: 'status',
      status: chance.pick([500, 502, 503, 408, 429, 429]),
      after: false,
      ...(chance.is(0.5) && { retryAfter: chance.pick([1, 3, 60, 240, 600, 1500]) }),
    }),
  ],
  [3, (chance) => ({ what: 'status', status: chance.pick([500, 502, 504]), after: true })],
  [1, (chance) => ({ what: 'status', status: chance.pick([401, 403]), after: false })],
];

/** Faults spread over the run, most of them soon after somebody did something. */
export function generateFaults(
  chance: Chance,
  durationMs: number,
  actions: readonly Action[],
): readonly Fault[] {
  const count = chance.between(1, 14);
  const faults = Array.from({ length: count }, (): Fault => {
    const near = chance.pick(actions).at + chance.between(0, 6000);
    const at = chance.is(0.6) ? near : chance.between(0, durationMs);
    const on = chance.weighed(calls);
    const kinds = on.startsWith('vendor') ? vendorFaults : storeFaults;
    return { at, on, ...chance.weighed(kinds)(chance) };
  });
  // A vendor that has had enough: many in a row.
  const storm = chance.is(0.12) ? chance.between(0, durationMs) : undefined;
  const storms = storm === undefined ? [] : stormAt(chance, storm);
  return [...faults, ...storms].toSorted((a, b) => a.at - b.at);
}

function stormAt(chance: Chance, at: number): Fault[] {
  const status = chance.pick([429, 429, 503]);
  const retryAfter = chance.pick([2, 30, 300]);
  return Array.from({ length: chance.between(5, 25) }, (): Fault => ({
    at,
    on: 'vendor',
    what: 'status',
    status,
    after: false,
    retryAfter,
  }));
}
