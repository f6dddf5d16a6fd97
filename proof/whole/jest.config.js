// The tests of `test/` whose long tables run in part in `npm test`, with all of their rows.
import { globSync, readFileSync } from 'node:fs';
import base from '../../jest.config.js';

process.env.TRUEUP_WHOLE = '1';
/** Those that say so, and those that share a contract which does. */
const isPartial = (file) =>
  /support\/sample\.ts|ledger-contract\.ts/.test(readFileSync(file, 'utf8'));

export default {
  ...base,
  testMatch: globSync(`${base.rootDir}/test/**/*.test.ts`).filter(isPartial),
};
