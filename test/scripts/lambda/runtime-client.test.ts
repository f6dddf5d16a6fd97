import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { missingTools } from '../../../scripts/lambda/runtime-client.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'trueup-tools-'));
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

test('what the build of AWS’s runtime client lacks is named, by whichever name it may have', () => {
  const all = ['cmake', 'make', 'cc', 'c++', 'python3', 'tar', 'xz'];
  expect(missingTools('')).toEqual(all);
  expect(missingTools(folder)).toEqual(all);
  for (const name of ['cmake3', 'make', 'gcc', 'clang++']) writeFileSync(join(folder, name), '');
  expect(missingTools(['/nowhere', folder].join(delimiter))).toEqual(['python3', 'tar', 'xz']);
});
