import { expect, test } from '@jest/globals';
import { causes, guardedCauses, outcomeCounts, outcomes } from '../../lib/model/outcome.ts';

test('outcomes stand in the order of their precedence', () => {
  expect(outcomes).toEqual([
    'off',
    'paused',
    'invalid',
    'missing',
    'unreached',
    'unsure',
    'held',
    'failed',
    'refused',
    'waiting',
    'updated',
    'created',
    'deleted',
    'reported',
    'assumed',
    'inSync',
  ]);
});

test('counts have every outcome and add up', () => {
  const list = ['updated', 'inSync', 'updated'] as const;
  const counts = outcomeCounts(list);
  expect(Object.keys(counts)).toEqual([...outcomes]);
  expect(counts).toMatchObject({ updated: 2, inSync: 1, failed: 0 });
  expect(Object.values(counts).reduce((a, b) => a + b)).toBe(list.length);
  expect(Object.values(outcomeCounts()).every((count) => count === 0)).toBe(true);
});

test('the guard counts what changes a value, not what sends one again', () => {
  expect(causes.filter((cause) => guardedCauses.has(cause))).toEqual([
    'adopt',
    'declared',
    'drift',
    'both',
  ]);
});
