import { expect, test } from '@jest/globals';
import { PieceIndex } from '../../lib/secrets/piece-index.ts';

const unitsOf = (text: string) => Uint16Array.from(text, (one) => one.charCodeAt(0));

test('an index that cannot take all of it takes every text for one that has a piece', () => {
  const added: Uint16Array[] = [];
  const index = new PieceIndex(3, () => added, 256);
  const add = (text: string) => {
    added.push(unitsOf(text));
    index.add(unitsOf(text));
  };
  const has = (text: string) => index.isIn(unitsOf(text), () => true);
  add('abcdef');
  expect([has('xbcdx'), has('xyz')]).toEqual([true, false]);
  add(String.fromCharCode(...Array.from({ length: 300 }, (_, at) => 1_000 + at)));
  expect([has('xbcdx'), has('xyz'), has('')]).toEqual([true, true, true]);
  add('more');
  expect(has('xyz')).toBe(true);
});

test('a larger table has what was in the one before', () => {
  const added: Uint16Array[] = [];
  const index = new PieceIndex(5, () => added);
  const texts = Array.from({ length: 500 }, (_, at) => `value-${at}-${at * 7}`);
  for (const text of texts) {
    added.push(unitsOf(text));
    index.add(unitsOf(text));
  }
  expect(texts.filter((text) => !index.isIn(unitsOf(text), () => true))).toEqual([]);
  expect(index.isIn(unitsOf('another'), () => true)).toBe(false);
});
