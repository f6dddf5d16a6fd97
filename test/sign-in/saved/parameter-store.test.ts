import { inspect } from 'node:util';
import { LabelParameterVersionCommand, SSMClient } from '@aws-sdk/client-ssm';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { Secret } from '../../../lib/model/secret.ts';
import { parameterStore } from '../../../lib/sign-in/saved/parameter-store.ts';
import type { Intercept } from '../../../lib/local/aws/aws-json.ts';
import { startSsm, type LocalSsm } from '../../../lib/local/aws/ssm/ssm.ts';
import { local } from '../../support/aws-world.ts';

const canary = 'hunter2hunter2';
const name = '/trueup/acme/sign-in';
const signIn = {
  refreshToken: new Secret(canary),
  access: { token: new Secret('access'), expiresAt: Date.UTC(2030, 0) },
  origin: 'digest',
  seedVersion: 'v1',
};
let server: LocalSsm;
let intercept: Intercept;

beforeEach(async () => {
  intercept = () => undefined;
  server = await startSsm({ intercept: (operation, body) => intercept(operation, body) });
});
afterEach(() => server.close());
const open = () =>
  parameterStore({
    client: { ...local, endpoint: server.endpoint, maxAttempts: 1 },
    prefix: 'trueup',
  });
const thrown = (promise: Promise<unknown>) => promise.catch((error: unknown) => error);

describe('a sign-in in Parameter Store', () => {
  test('is read as it was saved, and removed', async () => {
    const store = open();
    expect(await store.read('acme')).toBeUndefined();
    await store.save('acme', signIn);
    await store.save('acme', signIn);
    const found = await open().read('acme');
    expect(found).toMatchObject({ origin: 'digest', seedVersion: 'v1' });
    expect(found?.refreshToken.reveal()).toBe(canary);
    expect(found?.access?.token.reveal()).toBe('access');
    expect(found?.access?.expiresAt).toBe(signIn.access.expiresAt);
    expect(inspect(found, { depth: 5, showHidden: true })).not.toContain(canary);
    expect(store.place('acme')).toBe(`parameter ${name}`);
    await store.remove('acme');
    await store.remove('acme');
    expect(await store.read('acme')).toBeUndefined();
  });

  test('keeps the newest 100 versions, however often it is saved', async () => {
    const store = open();
    for (let nth = 0; nth < 150; nth += 1) {
      // oxlint-disable-next-line no-await-in-loop
      await store.save('acme', { ...signIn, origin: String(nth) });
    }
    expect(server.parameters.get(name)?.versions).toHaveLength(100);
    expect((await store.read('acme'))?.origin).toBe('149');
  });

  test('is not saved where a label keeps the oldest version, and the error says what to do', async () => {
    const store = open();
    await store.save('acme', signIn);
    const client = new SSMClient({ ...local, endpoint: server.endpoint });
    await client.send(
      new LabelParameterVersionCommand({ Name: name, ParameterVersion: 1, Labels: ['mine'] }),
    );
    client.destroy();
    // oxlint-disable-next-line no-await-in-loop
    for (let nth = 1; nth < 100; nth += 1) await store.save('acme', signIn);
    const error = await thrown(store.save('acme', signIn));
    expect(error).toMatchObject({ code: 'store-limit', context: { store: name } });
    expect(String(error)).toContain('unlabel-parameter-version');
    expect(String(error)).not.toContain(canary);
  });

  test('leaves out an access token for which there is no room; a refresh token without room is refused', async () => {
    const long = { token: new Secret('x'.repeat(5000)), expiresAt: Date.UTC(2030, 0) };
    await open().save('acme', { ...signIn, access: long });
    const found = await open().read('acme');
    expect(found?.refreshToken.reveal()).toBe(canary);
    expect(found?.access).toBeUndefined();
    const tooLong = { ...signIn, refreshToken: new Secret('x'.repeat(5000)) };
    expect(await thrown(open().save('acme', tooLong))).toMatchObject({ code: 'store-too-large' });
  });

  test.each(['not JSON', '{"refresh_token":""}', `{"refresh_token":"${canary}"}`])(
    'that Trueup did not write is refused, and not repeated: %s',
    async (Value) => {
      intercept = (operation) =>
        operation === 'GetParameter'
          ? { status: 200, body: { Parameter: { Name: name, Value } } }
          : undefined;
      const error = await thrown(open().read('acme'));
      expect(error).toMatchObject({ code: 'store-malformed', context: { store: name } });
      expect(inspect(error, { depth: 10, showHidden: true })).not.toContain(canary);
    },
  );

  test.each([
    ['AccessDeniedException', 'store-denied'],
    ['ThrottlingException', 'store-throttled'],
    ['LimitExceededException', 'store-limit'],
    ['InternalServerError', 'store-failed'],
  ])('that meets %s is an error of code %s, without the tokens', async (type, code) => {
    intercept = () => ({ status: 400, body: { __type: type, message: `refused ${canary}` } });
    for (const use of [open().read('acme'), open().save('acme', signIn), open().remove('acme')]) {
      // oxlint-disable-next-line no-await-in-loop
      const error = await thrown(use);
      expect(error).toMatchObject({ name: 'StoreError', code, context: { connection: 'acme' } });
      if (type !== 'AccessDeniedException') expect(String(error)).not.toContain(canary);
      if (code === 'store-limit') expect(String(error)).toContain('an AWS quota is reached');
    }
  });
});
