import type { Chance } from './chance.ts';
import type { FaultKind } from './scenario.types.ts';

const seconds = 1000;

/** Where a pass that creates or deletes may be left in the middle, and how. */
export const creationSteps: readonly (readonly [number, string])[] = [
  [10, 'vendor.create'],
  [3, 'ledger.advance.put-create'],
  [3, 'ledger.advance.put-binding'],
  [2, 'ledger.advance.remove-create'],
  [1, 'ledger.advance'],
  [1, 'ledger.record'],
  [1, 'lease.renew'],
  [2, 'ledger.writeServer'],
  [1, 'vendor.put'],
  [4, '*'],
];
export const deletionSteps: readonly (readonly [number, string])[] = [
  [8, 'vendor.delete'],
  [3, 'ledger.advance.put-binding'],
  [3, 'ledger.advance.remove-binding'],
  [1, 'ledger.record'],
  [1, 'vendor.get'],
  [3, '*'],
];
export const ways: readonly (readonly [number, (chance: Chance) => FaultKind])[] = [
  [4, () => ({ what: 'crash-before' })],
  [6, () => ({ what: 'crash-after' })],
  [3, () => ({ what: 'error-before' })],
  [5, () => ({ what: 'error-after' })],
  [2, (chance) => ({ what: 'freeze-before', ms: chance.between(95, 240) * seconds })],
  [3, (chance) => ({ what: 'freeze-after', ms: chance.between(95, 240) * seconds })],
  [2, () => ({ what: 'slow', ms: 60 * seconds })],
];
export const answers: readonly (readonly [number, (chance: Chance) => FaultKind])[] = [
  ...ways,
  [4, () => ({ what: 'status', status: 502, after: true })],
  [1, () => ({ what: 'status', status: 503, after: false })],
  [1, () => ({ what: 'status', status: 429, after: false, retryAfter: 2 })],
  [2, () => ({ what: 'garbage' })],
  [1, () => ({ what: 'no-route' })],
  [3, () => ({ what: 'repeat' })],
];
