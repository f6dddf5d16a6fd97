import { expect, test } from '@jest/globals';
import { rowToPutOf, rowToPutTarget } from '../../../bench/harness/row-to-put.ts';

const unavoidable = [
  'GetItem',
  'PutItem',
  'BatchGetItem',
  'BatchGetItem',
  'GET',
  'DescribeSecret',
  'PUT',
];

test('a row that takes the unavoidable calls to its PUT has a ratio of 1, whatever comes after it', () => {
  expect(rowToPutOf([...unavoidable, 'PutItem', 'PutItem', 'Query'])).toMatchObject({
    guard: 0,
    ratio: 1,
  });
});

test('the calls of the guard are counted apart, and no more of them than it needs', () => {
  const guarded = ['Query', 'Query', 'PutItem', ...unavoidable];
  expect(rowToPutOf(guarded)).toMatchObject({ guard: 3, ratio: 1 });
  expect(rowToPutOf(['Query', ...guarded]).ratio).toBeCloseTo(8 / 7);
});

test('two calls too many miss the target', () => {
  expect(rowToPutOf(['BatchGetItem', ...unavoidable]).ratio).toBeLessThanOrEqual(rowToPutTarget);
  expect(rowToPutOf(['Scan', 'BatchGetItem', ...unavoidable]).ratio).toBeGreaterThan(
    rowToPutTarget,
  );
});

test('a run that sends no PUT is an error', () => {
  expect(() => rowToPutOf(['GetItem'])).toThrow('no PUT was sent: GetItem');
});
