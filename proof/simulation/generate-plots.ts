import type { JsonObject } from '../../lib/model/json/json.types.ts';
import { isJsonObject } from '../../lib/model/json/json.ts';
import type { Chance } from './chance.ts';
import { specOf } from './generate-specs.ts';
import type { Action, ConnectionInit, Fault, FaultKind } from './scenario.types.ts';

/*
 * What chance alone brings about too seldom: a declaration there and back again, and in between something that leaves a
 * pass in the middle, until another takes over.
 */

const seconds = 1000;

const breaks: readonly (readonly [number, string, (chance: Chance) => FaultKind])[] = [
  [4, 'vendor.put', (chance) => ({ what: 'freeze-before', ms: chance.between(95, 240) * seconds })],
  [2, 'vendor.put', (chance) => ({ what: 'freeze-after', ms: chance.between(95, 240) * seconds })],
  [3, 'vendor.put', () => ({ what: 'crash-after' })],
  [1, 'vendor.put', () => ({ what: 'crash-before' })],
  [2, 'vendor.put', () => ({ what: 'status', status: 502, after: true })],
  [2, 'vendor.put', () => ({ what: 'slow', ms: 20 * seconds })],
  [
    3,
    'ledger.writeServer',
    (chance) => ({ what: 'freeze-before', ms: chance.between(95, 240) * seconds }),
  ],
  [2, 'ledger.writeServer', () => ({ what: 'crash-before' })],
  [1, 'ledger.writeServer', () => ({ what: 'error-after' })],
  [1, 'ledger.writeServer', () => ({ what: 'error-before' })],
  [
    1,
    'lease.release',
    (chance) => ({ what: 'freeze-before', ms: chance.between(95, 240) * seconds }),
  ],
  [1, 'lease.serve', () => ({ what: 'crash-after' })],
  [1, 'vendor.token', () => ({ what: 'slow', ms: 20 * seconds })],
  [1, 'vendor.token', () => ({ what: 'status', status: 503, after: false, retryAfter: 2 })],
];

export interface Plot {
  readonly actions: readonly Action[];
  readonly faults: readonly Fault[];
}

/** @param rows - what was declared of the server so far; the plot ends with the last of it or with something new */
export function plot(
  chance: Chance,
  { name, vendor, row }: ConnectionInit,
  id: string,
  rows: readonly JsonObject[],
  at: number,
): Plot {
  const last = rows.at(-1) ?? { spec: {} };
  const item = `server#${id}`;
  const soon = { connection: name, item, delivery: 'soon' } as const;
  const isFixed = isJsonObject(row['auth']) && row['auth']['type'] === 'bearer';
  const spec = specOf(chance, vendor, name, id, last['spec'] as JsonObject);
  const other = { ...last, spec };
  const [, on, kind] = chance.weighed(breaks.map((one) => [one[0], one] as const));
  const back = at + chance.between(2, 60) * seconds;
  const fault: Fault = { at: at - 100, on, ...kind(chance) };
  const tokens: Action[] =
    on === 'vendor.token' && !isFixed ? [{ at: at - 50, do: 'revoke', connection: name }] : [];
  return {
    actions: [
      ...tokens,
      { at, do: 'declare', ...soon, row: other },
      { at: back, do: 'declare', ...soon, row: chance.is(0.7) ? last : other },
      { at: at + chance.between(92, 130) * seconds, do: 'schedule', delivery: 'soon' },
    ],
    faults: [fault],
  };
}
