import { createSecretKey } from 'node:crypto';
import { chmod, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { variableFor } from '../../../lib/secrets/files/secret-variables.ts';
import { secretsFile, type SecretsOptions } from '../../../lib/secrets/files/secrets-file.ts';
import { temporaryFolder, type TemporaryFolder } from '../../support/temporary-folder.ts';

const canary = 'hunter2hunter2';
const name = 'trueup/acme/salesforce';
const variable = 'TRUEUP_SECRET_ACME_SALESFORCE';
const keysOf = (fill: number) => async () => ({
  current: { id: 'k', key: createSecretKey(Buffer.alloc(32, fill)) },
  previous: [],
});
const thrown = (promise: Promise<unknown>) => promise.catch((error: unknown) => error);

describe('The secrets file', () => {
  let folder: TemporaryFolder;
  let file: string;
  beforeEach(async () => {
    folder = await temporaryFolder();
    file = join(folder.path, 'secrets.json');
  });
  afterEach(() => folder.remove());

  const put = (content: unknown, mode = 0o600) =>
    folder.write(
      'secrets.json',
      typeof content === 'string' ? content : JSON.stringify(content),
      mode,
    );
  const open = (options: Partial<SecretsOptions> = {}) =>
    secretsFile({ file, keys: keysOf(1), ...options });
  const value = async (secret: string, key?: string, store = open()) => {
    const [found] = await store.values('acme', [{ secret, key }]);
    return found?.found ? found.value.reveal() : found;
  };

  test('suggests a stored name for one that is missing, if it is of the connection and not in use', async () => {
    await put({
      'trueup/acme/tickets': canary,
      'trueup/acme/wiki': canary,
      'trueup/other/crmm': canary,
    });
    const fixOf = async (...names: readonly string[]) => {
      const requests = names.map((secret) => ({ secret, key: undefined }));
      return (await open().inspect('acme', requests)).get(names[0] ?? '')?.fix;
    };
    const add = `add it to ${file}, with exactly this name`;
    expect(await fixOf('trueup/acme/tickest')).toBe(
      `did you mean trueup/acme/tickets? Correct the name in the declaration, or ${add}`,
    );
    expect(await fixOf('trueup/acme/tickest', 'trueup/acme/tickets')).toBe(add);
    expect(await fixOf('trueup/acme/crm')).toBe(add);
    expect(await fixOf('trueup/acme/wiki')).toBeUndefined();
    expect(await fixOf('trueup/other/crm')).toBe('name it trueup/acme/...');

    expect(await value('trueup/acme/tickest')).toMatchObject({
      code: 'missing',
      message: expect.stringMatching(/TICKEST; did you mean trueup\/acme\/tickets\?$/),
    });
    const used = open({ names: ['trueup/acme/tickets'] });
    expect(await value('trueup/acme/tickest', undefined, used)).toMatchObject({
      message: expect.stringMatching(/TICKEST$/),
    });
    const missing = ['trueup/acme/tickest', 'trueup/acme/crm', 'trueup/acme/wikki'];
    expect(open().similar?.('acme', missing)).toEqual(
      new Map([
        ['trueup/acme/tickest', 'trueup/acme/tickets'],
        ['trueup/acme/wikki', 'trueup/acme/wiki'],
      ]),
    );
    expect(used.similar?.('acme', missing)).toEqual(
      new Map([['trueup/acme/wikki', 'trueup/acme/wiki']]),
    );
  });

  test('has texts and objects, whole or by key', async () => {
    await put({ [name]: { client_secret: canary }, 'trueup/acme/text': `{"a":"b"}` });
    expect(await value(name, 'client_secret')).toBe(canary);
    expect(await value(name)).toMatchObject({ code: 'value' });
    expect(await value('trueup/acme/text', 'a')).toBe('b');
    expect(await value(name, 'nope')).toMatchObject({ code: 'key' });
    expect(await value('trueup/acme/nope')).toEqual({
      found: false,
      code: 'missing',
      message: `is neither in ${file} nor in the variable TRUEUP_SECRET_ACME_NOPE`,
    });
    expect(await value('trueup/other/x')).toMatchObject({ code: 'denied' });
    expect(await value('other/acme/x', undefined, open({ prefix: 'other' }))).toMatchObject({
      code: 'missing',
    });
  });

  test('values come in the order that was asked for, with the version of versions', async () => {
    await put({ [name]: 'one', 'trueup/acme/b': 'two' });
    const [b, gone, a] = await open().values('acme', [
      { secret: 'trueup/acme/b' },
      { secret: 'trueup/acme/gone' },
      { secret: name },
    ]);
    const versions = await open().versions('acme');
    expect([b, gone, a].map((one) => one?.found)).toEqual([true, false, true]);
    expect(a).toMatchObject({ version: versions.get(name) });
    expect(await open().versions('acme', [name, name, 'trueup/acme/gone'])).toEqual(
      new Map([[name, versions.get(name)]]),
    );
  });

  test('a version is keyed: of the value, of the name, and no hash of either', async () => {
    await put({ [name]: canary, 'trueup/acme/same': canary, 'trueup/other/x': canary });
    const first = await open().versions('acme');
    expect([...first.keys()]).toEqual([name, 'trueup/acme/same']);
    expect(first.get(name)).toMatch(/^[\w-]{43}$/);
    expect(first.get(name)).not.toBe(first.get('trueup/acme/same'));
    const other = await open({ keys: keysOf(2) }).versions('acme');
    expect(other.get(name)).not.toBe(first.get(name));
    await put({ [name]: 'another', 'trueup/acme/same': canary });
    const second = await open().versions('acme');
    expect(second.get(name)).not.toBe(first.get(name));
    expect(second.get('trueup/acme/same')).toBe(first.get('trueup/acme/same'));
  });

  test.each([0o644, 0o640, 0o604, 0o660])('is refused with mode %#o', async (mode) => {
    await put({ [name]: canary });
    await chmod(file, mode);
    for (const use of [open().versions('acme'), open().values('acme', [{ secret: name }])]) {
      const error = await thrown(use);
      expect(error).toMatchObject({ name: 'StoreError', code: 'store-denied' });
      expect(String(error)).toContain(`chmod 600 ${file}`);
    }
    expect(await readFile(file, 'utf8')).toContain(canary);
  });

  test.each([`{"${name}":"${canary}"`, `["${canary}"]`, `"${canary}"`, `{"${canary}":7}`, ''])(
    'that is no object of texts and objects is refused, and not repeated: %#',
    async (content) => {
      await put(content);
      for (const use of [open().versions('acme'), open().values('acme', [])]) {
        const error = await thrown(use);
        expect(error).toMatchObject({ name: 'StoreError', code: 'store-malformed' });
        expect(inspect(error, { depth: 10, showHidden: true })).not.toContain(canary);
      }
      expect(await readFile(file, 'utf8')).toBe(content);
    },
  );

  test('that is missing concerns all', async () => {
    await expect(open().versions('acme')).rejects.toMatchObject({ code: 'store-absent' });
    await expect(open().values('acme', [])).rejects.toMatchObject({ code: 'store-absent' });
  });

  test('names that are not the connection’s are not read, nor repeated', async () => {
    await put({ 'trueup/other/x': canary });
    for (const bad of ['trueup/other/x', `arn:${canary}`, '../x']) {
      const [found] = await open().values('acme', [{ secret: bad }]);
      expect(found).toMatchObject({ found: false, code: 'denied' });
      expect(JSON.stringify(found)).not.toContain(canary);
      expect((await open().versions('acme', [bad])).size).toBe(0);
    }
  });
});

describe('Variables with secrets', () => {
  const open = (options: Partial<SecretsOptions> = {}) =>
    secretsFile({ keys: keysOf(1), variables: { [variable]: canary }, ...options });
  const value = async (secret: string, store = open(), connection = 'acme') => {
    const [found] = await store.values(connection, [{ secret }]);
    return found?.found ? found.value.reveal() : found;
  };

  test('are named after the secret', () => {
    expect(variableFor(name)).toBe(variable);
    expect(variableFor('trueup/acme-barndoor/x.y/z')).toBe('TRUEUP_SECRET_ACME_BARNDOOR_X_Y_Z');
    expect(variableFor('team/acme/x', 'team')).toBe('TRUEUP_SECRET_ACME_X');
  });

  test('have values and versions, all of them too if the names are known', async () => {
    expect(await value(name)).toBe(canary);
    expect(await value('trueup/acme/nope')).toMatchObject({
      code: 'missing',
      message:
        'is not in the variable TRUEUP_SECRET_ACME_NOPE, and secrets.json does not exist beside the declarations',
    });
    expect((await open().versions('acme', [name])).size).toBe(1);
    expect((await open().versions('acme')).size).toBe(0);
    const names = [name, 'trueup/acme/nope', 'trueup/other/x'];
    expect([...(await open({ names }).versions('acme')).keys()]).toEqual([name]);
  });

  test('that are empty, or inherited, are none', async () => {
    expect(await value(name, open({ variables: { [variable]: '' } }))).toMatchObject({
      code: 'missing',
    });
    expect(
      await value(
        name,
        open({ variables: Object.create({ [variable]: canary }) as Record<string, string> }),
      ),
    ).toMatchObject({ code: 'missing' });
  });

  test('of two names are used for neither: at once if both names are known, otherwise from the second read on', async () => {
    const [one, two] = ['trueup/acme/salesforce', 'trueup/acme/SalesForce'];
    const known = open({ names: [one, two] });
    for (const each of [one, two]) {
      expect(await value(each, known)).toEqual({
        found: false,
        code: 'denied',
        message: `is ambiguous: ${variable} is the variable of ${two} and ${one}`,
      });
    }
    const findings = await known.inspect('acme', [{ secret: one, key: undefined }]);
    expect(findings.get(one)?.fix).toBe(
      `rename one of them, or add them to secrets.json beside the declarations (mode 0600) and unset ${variable}`,
    );
    const learning = open();
    expect(await value(one, learning)).toBe(canary);
    expect(await value(two, learning)).toMatchObject({ code: 'denied' });
    expect(await value(one, learning)).toMatchObject({ code: 'denied' });
    const across = open({ variables: { TRUEUP_SECRET_A_B_C: canary }, names: ['trueup/a/b-c'] });
    expect(await value('trueup/a-b/c', across, 'a-b')).toMatchObject({ code: 'denied' });
  });

  test('and the file must not both have a secret', async () => {
    const folder = await temporaryFolder();
    try {
      const file = join(folder.path, 'secrets.json');
      await writeFile(file, JSON.stringify({ [name]: 'x', 'trueup/acme/y': 'y' }), { mode: 0o600 });
      expect(await value(name, open({ file }))).toEqual({
        found: false,
        code: 'denied',
        message: `is in ${file} and in ${variable}: remove one of them`,
      });
      expect(await value('trueup/acme/y', open({ file }))).toBe('y');
    } finally {
      await folder.remove();
    }
  });
});
