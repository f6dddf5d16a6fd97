import {
  GetParameterCommand,
  LabelParameterVersionCommand,
  PutParameterCommand,
  SSMClient,
} from '@aws-sdk/client-ssm';
import { afterEach, describe, expect, test } from '@jest/globals';
import { startSsm } from '../../../../lib/local/aws/ssm/ssm.ts';

const endings: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of endings.splice(0).toReversed()) await end();
});

async function world(options: Parameters<typeof startSsm>[0] = {}) {
  const server = await startSsm(options);
  const client = new SSMClient({
    endpoint: server.endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
    maxAttempts: 1,
  });
  endings.push(server.close, () => client.destroy());
  const Name = '/trueup/acme/sign-in';
  return {
    put: (Value: string) =>
      client.send(new PutParameterCommand({ Name, Value, Type: 'SecureString', Overwrite: true })),
    get: () => client.send(new GetParameterCommand({ Name, WithDecryption: true })),
    label: (ParameterVersion: number) =>
      client.send(
        new LabelParameterVersionCommand({ Name, ParameterVersion, Labels: ['before-a-change'] }),
      ),
  };
}

describe('a parameter', () => {
  test('keeps its newest 100 versions, and refuses another where the oldest has a label', async () => {
    const { put, get, label } = await world();
    for (let nth = 1; nth <= 120; nth += 1) {
      // oxlint-disable-next-line no-await-in-loop
      await put(`value ${nth}`);
    }
    expect((await get()).Parameter).toMatchObject({ Value: 'value 120', Version: 120 });
    await label(22);
    await put('the version before it is dropped');
    await expect(put('another')).rejects.toMatchObject({
      name: 'ParameterMaxVersionLimitExceeded',
    });
    expect((await get()).Parameter).toMatchObject({ Version: 121 });
  });

  test('is throttled beyond so many reads, and so many writes, in a second', async () => {
    let now = 0;
    const { put, get } = await world({ throughput: { reads: 2, writes: 1 }, now: () => now });
    await put('value');
    await expect(put('another')).rejects.toMatchObject({ name: 'ThrottlingException' });
    await get();
    await get();
    await expect(get()).rejects.toMatchObject({ name: 'ThrottlingException' });
    now = 1000;
    expect((await get()).Parameter?.Value).toBe('value');
  });
});
