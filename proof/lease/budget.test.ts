import { afterEach, test } from '@jest/globals';
import { busyMinute, closeTowns } from '../../test/lease/budget-town.ts';

afterEach(closeTowns);

test.each([
  [20, 30, 0.5],
  [80, 150, 0.8],
  [300, 300, 0.8],
])(
  'of passes, a killed holder, a takeover and a reader beside them the gateway sees no more than %i a minute',
  busyMinute,
);
