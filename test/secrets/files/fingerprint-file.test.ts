import { chmod, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { fingerprint, matchFingerprint } from '../../../lib/plan/diff/fingerprint.ts';
import type { FingerprintKeys } from '../../../lib/model/fingerprint.types.ts';
import { fingerprintFile } from '../../../lib/secrets/files/fingerprint-file.ts';
import { noAnnouncer } from '../../../lib/work/events.ts';
import { report } from '../../ledger/records.ts';
import { temporaryFolder, type TemporaryFolder } from '../../support/temporary-folder.ts';

let temporary: TemporaryFolder;
let folder: string;
let file: string;
beforeEach(async () => {
  temporary = await temporaryFolder();
  folder = join(temporary.path, '.trueup');
  file = join(folder, 'fingerprint-key.json');
});
afterEach(() => temporary.remove());
const keys = () => fingerprintFile(folder)();
const bytesOf = ({ current }: FingerprintKeys) => current.key.export();

test('the key is made once, of 32 random bytes, for its owner only', async () => {
  const [one, two] = await Promise.all([keys(), keys()]);
  expect(bytesOf(two)).toEqual(bytesOf(one));
  expect(bytesOf(await keys())).toEqual(bytesOf(one));
  expect(one.current.key.symmetricKeySize).toBe(32);
  expect(one.previous).toEqual([]);
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  expect((await stat(folder)).mode & 0o777).toBe(0o700);
  const another = await fingerprintFile(join(temporary.path, 'b'))();
  expect(another.current.id).not.toBe(one.current.id);
  expect(bytesOf(another)).not.toEqual(bytesOf(one));
});

test('an older key in the file still verifies', async () => {
  const { current } = await keys();
  const scope = { account: 'a', server: 'b', pointer: '/c' };
  const print = fingerprint({ current, previous: [] }, scope, 'x');
  const json = JSON.parse(await readFile(file, 'utf8')) as { current: object };
  const fresh = { id: 'new', key: Buffer.alloc(32, 7).toString('base64') };
  await writeFile(file, JSON.stringify({ current: fresh, previous: [json.current] }));
  expect((await keys()).current.id).toBe('new');
  expect(matchFingerprint(await keys(), print, scope, 'x')).toBe('same');
});

test.each([0o644, 0o640, 0o606])('a key that others may read is refused: %#o', async (mode) => {
  await keys();
  await chmod(file, mode);
  await expect(keys()).rejects.toThrow(`can be read by other users: run chmod 600 ${file}`);
  await expect(keys()).rejects.toMatchObject({ code: 'store-denied' });
});

test.each([
  '',
  '{',
  '[]',
  '{"current":{"id":"a","key":"c2hvcnQ="},"previous":[]}',
  `{"current":{"id":"","key":"${'a'.repeat(44)}"}}`,
  `{"current":{"id":"a","key":"${'a'.repeat(44)}"},"previous":[{}]}`,
])('a damaged key is never replaced: %j', async (text) => {
  await keys();
  await writeFile(file, text);
  const error: unknown = await keys().catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ name: 'StoreError', code: 'store-malformed' });
  expect(await readFile(file, 'utf8')).toBe(text);
});

test('a folder that cannot be made is a StoreError', async () => {
  await writeFile(folder, 'a file');
  await expect(keys()).rejects.toMatchObject({ name: 'StoreError' });
});

test('without an event bus, an event is dropped without an error', async () => {
  expect(await noAnnouncer.announce([{ type: 'Pass Completed', report: report() }])).toBe(
    undefined,
  );
});
