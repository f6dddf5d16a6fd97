// The tests of `test/` whose long tables run in part in `npm test`, with all of their rows.
import { globSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import base from '../../jest.config.js';

process.env.TRUEUP_WHOLE = '1';
const rootDir = resolve(import.meta.dirname, '../..');
/** Those that say so, and those that share a contract which does. */
const isPartial = (file) =>
  /support\/sample\.ts|ledger-contract\.ts/.test(readFileSync(file, 'utf8'));

export default {
  ...base,
  rootDir,
  testMatch: globSync(`${rootDir}/test/**/*.test.ts`).filter(isPartial),
};
