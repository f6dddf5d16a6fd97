import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { names } from '../../../lib/table/dynamodb/expressions.ts';
import { still } from '../../../lib/desired/rows/unchanged-condition.ts';

describe('the condition that a row still is as it was seen', () => {
  test('of a row that was not there', () => {
    expect(still('absent')).toEqual({ expression: 'attribute_not_exists(#item)' });
  });

  test('is within the limits of DynamoDB, and names nothing that it does not use', () => {
    const row = fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 6 }) as fc.Arbitrary<unknown>, {
      maxKeys: 200,
    });
    fc.assert(
      fc.property(row, (seen) => {
        const { expression, names: others, values = {} } = still(seen);
        expect(expression.length).toBeLessThanOrEqual(4096);
        expect(expression.match(/ AND | = /g)?.length ?? 0).toBeLessThanOrEqual(300);
        const used = expression.match(/:v\d+/g) ?? [];
        expect(Object.keys(values).toSorted()).toEqual(used.toSorted());
        const missing = Object.values(names(expression, others)).filter(
          (name) => name !== 'item' && !Object.values(others ?? {}).includes(name),
        );
        expect(missing).toEqual([]);
      }),
      { numRuns: 200 },
    );
  });

  test('goes from the top down: what all rows have comes first', () => {
    const meta = Object.fromEntries(Array.from({ length: 500 }, (_, at) => [`k${at}`, at]));
    const { expression, names: others } = still({ spec: { name: 'A', meta }, generation: 3 });
    const named = Object.values(names(expression, others));
    for (const attribute of ['generation', 'label', 'policy', 'spec', 'auth', 'name', 'meta']) {
      expect(named).toContain(attribute);
    }
    expect(named).toContain('k10');
    expect(named).not.toContain('k499');
  });
});
