import { inspect } from 'node:util';
import {
  CreateSecretCommand,
  DeleteSecretCommand,
  PutSecretValueCommand,
  type SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { secretsManagerClient } from '../../../lib/secrets/secrets-manager/client.ts';
import { loadFingerprintKeys } from '../../../lib/secrets/secrets-manager/fingerprint-keys.ts';
import { secretsManager } from '../../../lib/secrets/secrets-manager/secret-source.ts';
import type { Intercept } from '../../../lib/local/aws/aws-json.ts';
import {
  startSecretsManager,
  type LocalSecretsManager,
} from '../../../lib/local/aws/secrets-manager/secrets-manager.ts';
import { StoreError } from '../../../lib/model/errors/store-error.ts';
import { local } from '../../support/aws-world.ts';

let server: LocalSecretsManager;
let client: SecretsManagerClient;
let intercept: Intercept;
let decrypted: number[];

beforeEach(async () => {
  intercept = () => undefined;
  decrypted = [];
  server = await startSecretsManager({
    intercept: (operation, body) => intercept(operation, body),
  });
  client = secretsManagerClient({ ...local, endpoint: server.endpoint, maxAttempts: 2 });
});
afterEach(async () => {
  client.destroy();
  await server.close();
});

const open = (prefix?: string) =>
  secretsManager({
    client,
    onDecrypted: (count) => decrypted.push(count),
    ...(prefix !== undefined && { prefix }),
  });

/** Creates a secret. @returns its version id */
async function create(Name: string, SecretString = `value of ${Name}`): Promise<string> {
  const answer = await client.send(new CreateSecretCommand({ Name, SecretString }));
  return answer.VersionId ?? '';
}

async function rotate(SecretId: string, SecretString: string): Promise<string> {
  const answer = await client.send(new PutSecretValueCommand({ SecretId, SecretString }));
  return answer.VersionId ?? '';
}

const values = () => open().values('acme', [{ secret: 'trueup/acme/a' }]);
const thrown = (promise: Promise<unknown>) => promise.catch((error: unknown) => error);
const refuse = (type: string, message = 'no') => ({ status: 400, body: { __type: type, message } });

describe('versions', () => {
  test('of all secrets of a connection come from a list, page by page, and nothing is decrypted', async () => {
    const names = Array.from({ length: 230 }, (_, n) => `trueup/acme/s-${n}`);
    const expected = new Map<string, string>();
    for (const name of names) expected.set(name, await create(name));
    for (const name of ['trueup/acme-2/x', 'trueup/acmex', 'other/acme/x', 'trueup/beta/x']) {
      await create(name);
    }
    await client.send(new DeleteSecretCommand({ SecretId: 'trueup/acme/s-7' }));
    expected.delete('trueup/acme/s-7');
    expected.set('trueup/acme/s-8', await rotate('trueup/acme/s-8', 'new'));
    expect(await open().versions('acme')).toEqual(expected);
    expect(server.calls['ListSecrets']).toBe(3);
    expect(decrypted).toEqual([]);
  });

  test('a list that matches more than it was asked for is filtered', async () => {
    intercept = (operation) =>
      operation === 'ListSecrets'
        ? {
            status: 200,
            body: {
              SecretList: [
                { Name: 'trueup/acme/a', SecretVersionsToStages: { v1: ['AWSCURRENT'] } },
                { Name: 'trueup/ACME/a', SecretVersionsToStages: { v1: ['AWSCURRENT'] } },
                { Name: 'x/trueup/acme/b', SecretVersionsToStages: { v1: ['AWSCURRENT'] } },
                { Name: 'trueup/acme/none' },
                { Name: 'trueup/acme/old', SecretVersionsToStages: { v1: ['AWSPREVIOUS'] } },
                {
                  Name: 'trueup/acme/gone',
                  SecretVersionsToStages: { v1: ['AWSCURRENT'] },
                  DeletedDate: 1,
                },
              ],
            },
          }
        : undefined;
    expect(await open().versions('acme')).toEqual(new Map([['trueup/acme/a', 'v1']]));
  });

  test('of named secrets come from DescribeSecret; unknown versions are left out', async () => {
    const a = await create('trueup/acme/a');
    await create('trueup/acme/deleted');
    await client.send(new DeleteSecretCommand({ SecretId: 'trueup/acme/deleted' }));
    await create('trueup/beta/b');
    await create('trueup/acme/denied');
    intercept = (operation, body) =>
      operation === 'DescribeSecret' &&
      (body as { SecretId: string }).SecretId === 'trueup/acme/denied'
        ? refuse('AccessDeniedException')
        : undefined;
    const names = ['a', 'deleted', 'missing', 'denied', 'a'].map((name) => `trueup/acme/${name}`);
    const found = await open().versions('acme', [...names, 'trueup/beta/b', 'x']);
    expect(found).toEqual(new Map([['trueup/acme/a', a]]));
    expect(server.calls['DescribeSecret']).toBe(4);
  });

  test('a store that cannot be reached is not an empty one', async () => {
    intercept = () => refuse('ThrottlingException');
    const names = ['trueup/acme/a'];
    await expect(open().versions('acme', names)).rejects.toMatchObject({ code: 'store-throttled' });
    await expect(open().versions('acme')).rejects.toMatchObject({ code: 'store-throttled' });
    await server.close();
    await expect(open().versions('acme')).rejects.toMatchObject({ code: 'store-unreachable' });
  });
});

describe('values', () => {
  test('come in order, one for each reference, every secret fetched once, with its version', async () => {
    const a = await create('trueup/acme/a', 'plain');
    const b = await create('trueup/acme/b', JSON.stringify({ id: 'B', secret: 'two' }));
    const found = await open().values('acme', [
      { secret: 'trueup/acme/b', key: 'secret' },
      { secret: 'trueup/acme/a' },
      { secret: 'trueup/acme/b', key: 'id' },
      { secret: 'trueup/acme/a' },
    ]);
    const read = found.map((one) => (one.found ? [one.value.reveal(), one.version] : one));
    expect(read).toEqual([
      ['two', b],
      ['plain', a],
      ['B', b],
      ['plain', a],
    ]);
    expect(server.calls['BatchGetSecretValue']).toBe(1);
    expect(decrypted).toEqual([2]);
  });

  test('come in batches of 20, and none asks for nothing', async () => {
    expect(await open().values('acme', [])).toEqual([]);
    const names = Array.from({ length: 45 }, (_, n) => `trueup/acme/s-${n}`);
    for (const name of names) await create(name);
    const found = await open().values(
      'acme',
      names.map((secret) => ({ secret })),
    );
    expect(found.map((one) => one.found && one.value.reveal())).toEqual(
      names.map((name) => `value of ${name}`),
    );
    expect(server.calls['BatchGetSecretValue']).toBe(3);
    expect(decrypted).toEqual([20, 20, 5]);
  });

  test('are those of AWSCURRENT at this moment, whatever the list says', async () => {
    await create('trueup/acme/a');
    server.freezeList();
    const version = await rotate('trueup/acme/a', 'rotated');
    const [found] = await open().values('acme', [{ secret: 'trueup/acme/a' }]);
    expect(found).toMatchObject({ found: true, version });
    expect((await open().versions('acme')).get('trueup/acme/a')).not.toBe(version);
  });

  test('of other connections are not even asked for', async () => {
    await create('trueup/beta/b');
    await create('acme/a');
    const arn = server.secrets[0]?.arn ?? '';
    const names = ['trueup/beta/b', 'trueup/acme/../beta/b', 'acme/a', arn, 'trueup/acme', ''];
    const found = await open().values(
      'acme',
      names.map((secret) => ({ secret })),
    );
    expect(found.map((one) => !one.found && one.code)).toEqual(names.map(() => 'denied'));
    expect(server.calls['BatchGetSecretValue']).toBeUndefined();
    const other = await open('acme').values('a', [{ secret: 'trueup/beta/b' }]);
    expect(other[0]?.found).toBe(false);
  });

  test('that cannot be had say why, each for itself', async () => {
    await create('trueup/acme/good');
    await create('trueup/acme/denied');
    server.denied.add('trueup/acme/denied');
    await create('trueup/acme/deleted');
    await client.send(new DeleteSecretCommand({ SecretId: 'trueup/acme/deleted' }));
    await client.send(new CreateSecretCommand({ Name: 'trueup/acme/empty' }));
    await client.send(
      new CreateSecretCommand({ Name: 'trueup/acme/binary', SecretBinary: Uint8Array.of(1) }),
    );
    const names = ['missing', 'denied', 'deleted', 'empty', 'binary', 'good'];
    const found = await open().values(
      'acme',
      names.map((name) => ({ secret: `trueup/acme/${name}` })),
    );
    expect(found.map((one) => (one.found ? 'found' : `${one.code}: ${one.message}`))).toEqual([
      'missing: does not exist',
      'denied: cannot be read: permission denied',
      'missing: is marked for deletion',
      'missing: has no current value',
      'value: is binary; only text can be used',
      'found',
    ]);
  });

  test('an error may name its secret by ARN, and one that was not answered passes', async () => {
    const arn = 'arn:aws:secretsmanager:us-east-1:000000000000:secret:trueup/acme/a-AbCdEf';
    intercept = () => ({
      status: 200,
      body: {
        SecretValues: [],
        Errors: [
          { SecretId: arn, ErrorCode: 'AccessDeniedException' },
          { SecretId: 'trueup/acme/kms', ErrorCode: 'DecryptionFailure' },
          { SecretId: 'trueup/acme/b', ErrorCode: 'InternalServiceError', Message: 'oops' },
        ],
      },
    });
    const names = ['a', 'kms', 'b', 'c'].map((name) => ({ secret: `trueup/acme/${name}` }));
    const found = await open().values('acme', names);
    expect(found.map((one) => !one.found && one.code)).toEqual([
      'denied',
      'denied',
      'unavailable',
      'unavailable',
    ]);
  });

  test('an answer may come in pages', async () => {
    await create('trueup/acme/a');
    let pages = 2;
    intercept = (operation) => {
      pages -= 1;
      if (operation !== 'BatchGetSecretValue' || pages < 0) return undefined;
      return { status: 200, body: { SecretValues: [], NextToken: 'more' } };
    };
    const [found] = await open().values('acme', [{ secret: 'trueup/acme/a' }]);
    expect(found?.found).toBe(true);
  });

  test.each([
    ['an empty text', '{"token":""}', 'token', "has nothing under the key 'token'"],
    ['nothing but a line end', '\n', undefined, 'is empty'],
    ['a JSON object without a key', '{"token":"swordfish-1"}', undefined, "name one with 'key'"],
    ['two lines', 'swordfish-1\nswordfish-1', undefined, 'has several lines'],
  ])('a value with %s cannot be sent, and is not repeated', async (_what, value, key, problem) => {
    await create('trueup/acme/a', value);
    const [found] = await open().values('acme', [{ secret: 'trueup/acme/a', key }]);
    expect(found).toMatchObject({ found: false, code: 'value' });
    expect(JSON.stringify(found)).toContain(problem);
    expect(JSON.stringify(found)).not.toMatch(/swordfish/);
  });

  test('a value comes without the line end after it, and with its lines where it may have them', async () => {
    await create('trueup/acme/a', 'one\ntwo\n');
    const [found] = await open().values('acme', [{ secret: 'trueup/acme/a', multiline: true }]);
    expect(found?.found && found.value.reveal()).toBe('one\ntwo');
  });

  test.each([
    ['no JSON', 'swordfish-1', 'is not a JSON object'],
    ['a list', '["swordfish-1"]', 'is not a JSON object'],
    ['no such key', '{"other":"swordfish-1"}', 'has no key'],
    ['an inherited name', '{"other":"swordfish-1"}', 'has no key', 'constructor'],
    ['a number', '{"token":12345678}', 'has no text'],
    ['an object', '{"token":{"x":"swordfish-1"}}', 'has no text'],
    ['cut JSON', '{"token":"swordfish-1', 'is not a JSON object'],
  ])(
    'a value with %s has a problem with its key, and is not repeated',
    async (_what, value, problem, key = 'token') => {
      await create('trueup/acme/a', value);
      const [found] = await open().values('acme', [{ secret: 'trueup/acme/a', key }]);
      expect(found).toMatchObject({ found: false, code: 'key' });
      expect(JSON.stringify(found)).toContain(problem);
      expect(JSON.stringify(found)).not.toMatch(/swordfish|12345678/);
    },
  );

  test('a call that fails as a whole is a StoreError, without any value in it', async () => {
    intercept = () => refuse('AccessDeniedException', 'User x is not authorized');
    await expect(values()).rejects.toMatchObject({ code: 'store-denied' });
    await expect(values()).rejects.toThrow('User x is not authorized');
    intercept = () => refuse('ValidationException', "Value 'swordfish-1' is wrong");
    const invalid = await thrown(values());
    const broken = '{"SecretValues":[{"Name":"trueup/acme/a","SecretString":"swordfish-1"';
    intercept = () => ({ status: 200, body: broken as unknown as object });
    const unreadable = await thrown(values());
    for (const error of [invalid, unreadable]) {
      expect(error).toBeInstanceOf(StoreError);
      expect(inspect(error, { depth: 10, showHidden: true })).not.toContain('swordfish');
      expect((error as Error).cause).toBeUndefined();
    }
  });

  test('are printed nowhere', async () => {
    await create('trueup/acme/a', 'swordfish-1');
    const found = await open().values('acme', [{ secret: 'trueup/acme/a' }]);
    expect(inspect(found, { depth: 10, showHidden: true })).not.toContain('swordfish');
    expect(JSON.stringify(found)).not.toContain('swordfish');
  });
});

describe('fingerprint keys', () => {
  const secret = 'trueup-fingerprint-key';
  const first = 'first'.padEnd(40, '-');
  const second = 'second'.padEnd(40, '-');
  const load = () => loadFingerprintKeys({ client, secret });
  const loadBytes = async () => {
    const { current, previous } = await load();
    return [current, ...previous].map(({ id, key }) => [id, key.export().toString()]);
  };

  test('are the current version and, after a rotation, the previous one', async () => {
    const one = await create(secret, first);
    expect(await loadBytes()).toEqual([[one, first]]);
    const two = await rotate(secret, second);
    expect(await loadBytes()).toEqual([
      [two, second],
      [one, first],
    ]);
  });

  test('may be binary', async () => {
    const SecretBinary = new Uint8Array(32).fill(7);
    await client.send(new CreateSecretCommand({ Name: secret, SecretBinary }));
    expect((await load()).current.key.export()).toEqual(Buffer.from(SecretBinary));
  });

  test('that are absent, short or not to be had say so', async () => {
    await expect(load()).rejects.toMatchObject({
      code: 'store-absent',
      context: { store: secret },
    });
    await create(secret, 'swordfish-1');
    const short = await thrown(load());
    expect(short).toMatchObject({ code: 'store-malformed' });
    expect(inspect(short)).not.toContain('swordfish');
    await rotate(secret, second);
    expect((await load()).previous).toEqual([]);
    intercept = (_operation, body) =>
      (body as { VersionStage: string }).VersionStage === 'AWSPREVIOUS'
        ? refuse('InternalServiceError')
        : undefined;
    await expect(load()).rejects.toBeInstanceOf(StoreError);
  });
});
