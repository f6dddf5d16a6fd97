import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { watchedFiles } from '../../../../lib/cli/targets/files/watched-files.ts';
import type { WatchedFiles } from '../../../../lib/cli/targets/files/watched-files.ts';
import { temporaryFolder, type TemporaryFolder } from '../../../support/temporary-folder.ts';

let folder: TemporaryFolder;
let files: WatchedFiles;

beforeEach(async () => {
  folder = await temporaryFolder();
  await folder.write('a.yaml', 'connection: a\n');
  await folder.write('secrets.json', '{}');
  const paths = { cwd: folder.path, paths: ['.'], secretsPath: 'secrets.json' };
  files = watchedFiles(paths, [], { versions: async () => new Map() });
});

afterEach(() => folder.remove());

/** As an editor, and Trueup itself, saves a file: another one takes its place. */
async function replaced(name: string, text: string): Promise<void> {
  await folder.write(`${name}.new`, text);
  await rename(join(folder.path, `${name}.new`), join(folder.path, name));
}

test('of a folder: a token that is saved in its secrets.json changes no declaration', async () => {
  const [declarations, secretsFile] = [await files.declarations(), await files.secretsFile()];
  await replaced('secrets.json', '{ "trueup/a/token": "b" }');
  await folder.write('trueup.schema.json', '{}');
  expect(await files.declarations()).toBe(declarations);
  expect(await files.secretsFile()).not.toBe(secretsFile);
});

test.each<readonly [string, () => Promise<unknown>]>([
  ['is replaced', () => replaced('a.yaml', 'connection: b\n')],
  ['is added', () => folder.write('b.yml', 'connection: b\n')],
  ['is removed', () => rm(join(folder.path, 'a.yaml'))],
  ['is removed with the folder', () => rm(folder.path, { recursive: true })],
])('of a folder: a declaration that %s is a change', async (_, change) => {
  const before = await files.declarations();
  await change();
  expect(await files.declarations()).not.toBe(before);
});
