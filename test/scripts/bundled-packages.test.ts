import { expect, test } from '@jest/globals';
import { allBundled, bundled, readReviewed } from '../../scripts/bundled-packages.ts';

// After a review: npm run bundled -- --write
test('each function’s bundle, and the packed command line, hold what was reviewed and no more', () => {
  expect(allBundled()).toEqual(readReviewed());
});

test('a package, a folder or a module of Node that is new would be seen', () => {
  const contents = `
    import 'yaml';
    import { spawn } from 'node:child_process';
    import { isJsonObject } from './lib/model/json/json.ts';
    export const handler = [spawn, isJsonObject];`;
  const found = bundled({
    stdin: { contents, resolveDir: process.cwd() },
    outfile: 'index.mjs',
    bundle: true,
    platform: 'node',
    format: 'esm',
  });
  expect(found.packages).toEqual([expect.stringMatching(/^yaml@\d/)]);
  expect(found.folders).toContain('lib/model');
  expect(found.imports).toContain('node:child_process');
});
