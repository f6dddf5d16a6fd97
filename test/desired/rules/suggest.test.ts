import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { editDistance, suggest } from '../../../lib/desired/rules/suggest.ts';

describe('suggest', () => {
  const known = ['name', 'slug', 'client_id', 'client_secret', 'meta'];

  test.each([
    ['clientId', 'client_id'],
    ['Client-Secret', 'client_secret'],
    ['nmae', 'name'],
    ['mets', 'meta'],
    ['slugs', 'slug'],
    ['clinet_secret', 'client_secret'],
  ])('%s: did you mean %s?', (word, meant) => {
    expect(suggest(word, known)).toBe(meant);
  });

  test.each(['description', 'x', '', 'name'.repeat(20)])('%s: nothing near', (word) => {
    expect(suggest(word, known)).toBeUndefined();
  });

  test('nothing is known', () => {
    expect(suggest('name', [])).toBeUndefined();
  });
});

describe('editDistance', () => {
  test.each([
    ['', '', 0],
    ['abc', '', 3],
    ['kitten', 'sitting', 3],
    ['abcd', 'abdc', 1],
    ['ca', 'abc', 3],
  ])('%s to %s: %d', (a, b, distance) => {
    expect(editDistance(a, b)).toBe(distance);
  });

  test('is a distance: zero for the same only, and the same both ways', () => {
    const word = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), maxLength: 8 });
    fc.assert(
      fc.property(word, word, (a, b) => {
        expect(editDistance(a, b)).toBe(editDistance(b, a));
        expect(editDistance(a, b) === 0).toBe(a === b);
        expect(editDistance(a, b)).toBeLessThanOrEqual(Math.max(a.length, b.length));
      }),
    );
  });
});
