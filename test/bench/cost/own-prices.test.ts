import { rmSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { ownPrices } from '../../../bench/cost/own-prices.ts';
import { prices } from '../../../bench/cost/prices.ts';

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'trueup-prices-'));
});

afterAll(() => {
  rmSync(folder, { recursive: true });
});

function file(text: string): string {
  const path = join(folder, 'prices.json');
  writeFileSync(path, text);
  return path;
}

test('a file of prices changes those that it names, and they are not verified', () => {
  const path = file('{ "secret": { "usd": 0.36, "per": 1 }, "logGb": { "usd": 0, "per": 1 } }');
  expect(ownPrices(path)).toEqual({
    ...prices,
    secret: { usd: 0.36, per: 1, page: path, isVerified: false },
    logGb: { usd: 0, per: 1, page: path, isVerified: false },
  });
});

test.each([
  ['{', 'is not JSON'],
  ['[]', 'must be an object of prices'],
  ['null', 'must be an object of prices'],
  [
    '{ "secrets": { "usd": 1, "per": 1 } }',
    'secrets is not a price; the prices are secret, secretCall',
  ],
  ['{ "toString": { "usd": 1, "per": 1 } }', 'toString is not a price'],
  ['{ "secret": 0.36 }', 'secret must be { "usd": 0 or more, "per": more than 0 }'],
  ['{ "secret": { "usd": "0.36", "per": 1 } }', 'secret must be'],
  ['{ "secret": { "usd": -1, "per": 1 } }', 'secret must be'],
  ['{ "secret": { "usd": 1, "per": 0 } }', 'secret must be'],
  ['{ "secret": { "usd": 1e999, "per": 1 } }', 'secret must be'],
  ['{ "secret": { "usd": 1, "per": 1, "unit": "month" } }', 'secret must be'],
])('a file of prices that is %s is refused with what is wrong', (text, problem) => {
  const path = file(text);
  expect(() => ownPrices(path)).toThrow(`${path}: ${problem}`);
});

test('a file of prices that is not there is refused', () => {
  const path = join(folder, 'nowhere.json');
  expect(() => ownPrices(path)).toThrow(`${path}: cannot be read: ENOENT`);
});
