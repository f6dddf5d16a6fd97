import { expect, test } from '@jest/globals';
import { unmirrored } from '../../scripts/mirrored.ts';

const sources = new Set([
  'lib/pass/guard.ts',
  'lib/infra/data',
  'functions/queued.ts',
  'docs/events.md',
]);
const exists = (path: string) => sources.has(path);

test.each([
  'test/pass/guard.test.ts',
  'test/pass/guard-again-and-again.test.ts',
  'test/infra/data.test.ts',
  'test/functions/queued-retries.test.ts',
  'test/docs/events.test.ts',
  'test/pass/support/town.ts',
  'proof/pass/anything.test.ts',
])('%s has its place', (file) => {
  expect(unmirrored([file], exists)).toEqual([]);
});

test.each([
  ['the name of no source', 'test/pass/failures.test.ts'],
  ['the name of a source elsewhere', 'test/plan/guard.test.ts'],
  ['a name that only begins with the letters of one', 'test/pass/guards.test.ts'],
  ['a name that ends with that of one', 'test/pass/the-guard.test.ts'],
  ['no folder', 'test/other.test.ts'],
])('a test file with %s is named', (_, file) => {
  expect(unmirrored([file], exists)).toEqual([file]);
});
