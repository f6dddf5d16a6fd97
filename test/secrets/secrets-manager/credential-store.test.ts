import { inspect } from 'node:util';
import {
  CreateSecretCommand,
  DeleteSecretCommand,
  type SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { secretsManagerClient } from '../../../lib/secrets/secrets-manager/client.ts';
import { credentialStore } from '../../../lib/secrets/secrets-manager/credential-store.ts';
import { Secret } from '../../../lib/model/secret.ts';
import {
  startSecretsManager,
  type LocalSecretsManager,
} from '../../../lib/local/aws/secrets-manager/secrets-manager.ts';
import { local } from '../../support/aws-world.ts';

const name = 'trueup/acme/token';
const token = 'a'.repeat(32);
let server: LocalSecretsManager;
let client: SecretsManagerClient;

beforeEach(async () => {
  server = await startSecretsManager();
  client = secretsManagerClient({ ...local, endpoint: server.endpoint, maxAttempts: 2 });
  await client.send(
    new CreateSecretCommand({ Name: name, SecretString: '{"refresh_token":"one"}' }),
  );
});
afterEach(async () => {
  client.destroy();
  await server.close();
});
const open = () => credentialStore({ client });
const thrown = (promise: Promise<unknown>) => promise.catch((error: unknown) => error);

test('what was saved is what is read next, and saving it twice does nothing', async () => {
  const store = open();
  const first = await store.read('acme', name);
  expect(first.value.reveal()).toBe('{"refresh_token":"one"}');
  const value = { refresh_token: new Secret('two'), access_token: 'x', expires_at: 7 };
  const saved = await store.save('acme', name, value, token);
  await store.save('acme', name, value, token);
  const next = await store.read('acme', name);
  expect(next.version).toBe(saved.version);
  expect(JSON.parse(next.value.reveal())).toEqual({
    refresh_token: 'two',
    access_token: 'x',
    expires_at: 7,
  });
});

test('the same token with another value is refused, without either value', async () => {
  const store = open();
  await store.save('acme', name, { refresh_token: 'two' }, token);
  const error = await thrown(store.save('acme', name, { refresh_token: 'swordfish' }, token));
  expect(error).toMatchObject({ name: 'StoreError', context: { store: name, connection: 'acme' } });
  expect(inspect(error, { depth: 10, showHidden: true })).not.toMatch(/swordfish|two/);
});

test('another connection’s name, and one that is not there, are refused', async () => {
  const store = open();
  const foreign = await thrown(store.read('acme', 'trueup/beta/token'));
  expect(foreign).toMatchObject({ code: 'store-denied' });
  expect(String(foreign)).not.toContain('beta');
  const save = store.save('acme', 'other/acme/token', {}, token);
  await expect(save).rejects.toMatchObject({ code: 'store-denied' });
  await expect(store.read('acme', 'trueup/acme/none')).rejects.toMatchObject({
    code: 'store-absent',
  });
});

describe('a secret that may not be there', () => {
  const made = 'trueup/acme/made';

  test('is made, once', async () => {
    const store = open();
    const first = await store.create('acme', made, { refresh_token: new Secret('two') }, token);
    await store.create('acme', made, { refresh_token: new Secret('two') }, token);
    const found = await store.read('acme', made);
    expect(found.version).toBe(first.version);
    expect(found.value.reveal()).toBe('{"refresh_token":"two"}');
    expect(server.calls).toMatchObject({ CreateSecret: 3 });
    expect(server.calls).not.toHaveProperty('PutSecretValue');
  });

  test('and is there after all, gets a new version', async () => {
    await open().create('acme', name, { refresh_token: 'two' }, token);
    expect((await open().read('acme', name)).version).toBe(token);
  });

  test('is made under the connection’s names only; a refusal has no value in it', async () => {
    const foreign = open().create('acme', 'trueup/beta/token', {}, token);
    await expect(foreign).rejects.toMatchObject({ code: 'store-denied' });
    await client.send(new DeleteSecretCommand({ SecretId: name }));
    const gone = await thrown(open().create('acme', name, { token: 'swordfish' }, token));
    expect(gone).toMatchObject({ name: 'StoreError', code: 'store-failed' });
    expect(inspect(gone, { depth: 10, showHidden: true })).not.toContain('swordfish');
  });
});
