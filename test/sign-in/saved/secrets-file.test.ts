import { readdir, readFile, stat, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { Secret } from '../../../lib/model/secret.ts';
import { secretsFileStore } from '../../../lib/sign-in/saved/secrets-file.ts';
import { temporaryFolder, type TemporaryFolder } from '../../support/temporary-folder.ts';

const canary = 'hunter2hunter2';
const signIn = {
  refreshToken: new Secret(canary),
  access: { token: new Secret('access'), expiresAt: Date.UTC(2030, 0) },
  origin: 'digest',
  seedVersion: 'v1',
};
const thrown = (promise: Promise<unknown>) => promise.catch((error: unknown) => error);

describe('a sign-in in the secrets file', () => {
  let folder: TemporaryFolder;
  let file: string;
  beforeEach(async () => {
    folder = await temporaryFolder();
    file = join(folder.path, 'secrets.json');
  });
  afterEach(() => folder.remove());
  const open = (path: string | undefined = file) =>
    secretsFileStore({ file: path, prefix: 'trueup' });
  const put = (content: unknown) => folder.write('secrets.json', JSON.stringify(content), 0o600);

  test('is read as it was saved; others stay; no draft, and an empty lock', async () => {
    await put({ 'trueup/acme/first': 'x' });
    await open().save('acme', signIn);
    await open().save('acme', signIn);
    const found = await open().read('acme');
    expect(found).toMatchObject({ origin: 'digest', seedVersion: 'v1' });
    expect(found?.refreshToken.reveal()).toBe(canary);
    expect(found?.access?.token.reveal()).toBe('access');
    expect(found?.access?.expiresAt).toBe(signIn.access.expiresAt);
    expect(Object.keys(JSON.parse(await readFile(file, 'utf8')) as object)).toEqual([
      'trueup/acme/first',
      '/trueup/acme/sign-in',
    ]);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect(await readdir(folder.path)).toEqual(['secrets.json', 'secrets.json.lock']);
    expect(inspect(found, { depth: 5, showHidden: true })).not.toContain(canary);
  });

  test('makes the file, for its owner only; removed, others stay', async () => {
    expect(await open().read('acme')).toBeUndefined();
    await open().save('acme', { refreshToken: signIn.refreshToken, origin: 'digest' });
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    await open().save('beta', signIn);
    await open().remove('acme');
    await open().remove('acme');
    expect(await open().read('acme')).toBeUndefined();
    expect((await open().read('beta'))?.origin).toBe('digest');
  });

  test('of ten connections at once are all saved', async () => {
    const names = Array.from({ length: 10 }, (_, nth) => `c${nth}`);
    await Promise.all(names.map((name) => open().save(name, signIn)));
    for (const name of names) expect((await open().read(name))?.origin).toBe('digest');
  });

  test('behind a link is written to the target of the link, with a new draft file', async () => {
    const stolen = await folder.write('stolen', '');
    await put({});
    await symlink(stolen, `${file}.new`);
    const link = join(folder.path, 'link.json');
    await symlink(file, link);
    await open(link).save('acme', signIn);
    expect(await readFile(file, 'utf8')).toContain(canary);
    expect(await readFile(stolen, 'utf8')).toBe('');
  });

  test('that Trueup did not write is refused, and not repeated', async () => {
    await put({ '/trueup/acme/sign-in': { refresh_token: canary } });
    const error = await thrown(open().read('acme'));
    expect(error).toMatchObject({ name: 'StoreError', code: 'store-malformed' });
    expect(inspect(error, { depth: 10, showHidden: true })).not.toContain(canary);
  });

  test('without a file is refused before a token is used up', async () => {
    const store = secretsFileStore({ prefix: 'trueup' });
    const errors = [await thrown(store.read('acme')), await thrown(store.save('acme', signIn))];
    for (const error of errors) {
      expect(error).toMatchObject({ code: 'store-denied' });
      expect(String(error)).toContain('--secrets FILE');
    }
    expect(() => store.place('acme')).toThrow('--secrets FILE');
    await store.remove('acme');
  });
});
