import { inspect } from 'node:util';
import { CreateSecretCommand, type SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { secretsManagerClient } from '../../lib/aws/clients.ts';
import { credentialStore } from '../../lib/aws/credential-store.ts';
import { Secret } from '../../lib/core/secret.ts';
import { startSecretsManager, type LocalSecretsManager } from '../../lib/local/secrets-manager.ts';
import { local } from './world.ts';

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
const open = () => credentialStore({ client, connection: 'acme' });
const thrown = (promise: Promise<unknown>) => promise.catch((error: unknown) => error);

test('a credential is read once, and again when it must be fresh', async () => {
  const [store, other] = [open(), open()];
  const first = await store.read(name);
  expect(first.value.reveal()).toBe('{"refresh_token":"one"}');
  await other.save(name, { refresh_token: new Secret('two') }, token);
  expect(await store.read(name)).toBe(first);
  const fresh = await store.read(name, { fresh: true });
  expect(fresh.value.reveal()).toBe('{"refresh_token":"two"}');
  expect(fresh.version).toBe(token);
  expect(server.calls['GetSecretValue']).toBe(2);
});

test('what was saved is what is read next, and saving it twice does nothing', async () => {
  const store = open();
  const value = { refresh_token: new Secret('two'), access_token: 'x', expiresAt: 7 };
  const saved = await store.save(name, value, token);
  await store.save(name, value, token);
  expect(await store.read(name)).toEqual(saved);
  expect(saved.version).toBe(token);
  expect((await open().read(name)).value.reveal()).toBe(saved.value.reveal());
  expect(server.calls['GetSecretValue']).toBe(1);
});

test('the same token with another value is refused, without either value', async () => {
  const store = open();
  await store.save(name, { refresh_token: 'two' }, token);
  const error = await thrown(store.save(name, { refresh_token: 'swordfish' }, token));
  expect(error).toMatchObject({ name: 'StoreError', context: { store: name, connection: 'acme' } });
  expect(inspect(error, { depth: 10, showHidden: true })).not.toMatch(/swordfish|two/);
});

test('another connection’s name, and one that is not there, are refused', async () => {
  const store = open();
  const foreign = await thrown(store.read('trueup/beta/token'));
  expect(foreign).toMatchObject({ code: 'store-denied' });
  expect(String(foreign)).not.toContain('beta');
  const save = store.save('other/acme/token', {}, token);
  await expect(save).rejects.toMatchObject({ code: 'store-denied' });
  await expect(store.read('trueup/acme/none')).rejects.toMatchObject({ code: 'store-absent' });
});
