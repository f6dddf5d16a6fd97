import { mkdtempSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  BatchGetSecretValueCommand,
  CreateSecretCommand,
  DeleteSecretCommand,
  DescribeSecretCommand,
  GetSecretValueCommand,
  ListSecretsCommand,
  PutSecretValueCommand,
  RestoreSecretCommand,
  SecretsManagerClient,
  UpdateSecretVersionStageCommand,
} from '@aws-sdk/client-secrets-manager';
import { afterEach, describe, expect, test } from '@jest/globals';
import {
  startSecretsManager,
  type LabelUpdated,
} from '../../../../lib/local/aws/secrets-manager/secrets-manager.ts';

const endings: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of endings.splice(0).toReversed()) await end();
});

async function world(options: Parameters<typeof startSecretsManager>[0] = {}) {
  const server = await startSecretsManager(options);
  const client = new SecretsManagerClient({
    endpoint: server.endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
    maxAttempts: 1,
  });
  endings.push(server.close, () => client.destroy());
  const create = (Name: string, SecretString = 'one') =>
    client.send(new CreateSecretCommand({ Name, SecretString }));
  const put = (SecretId: string, SecretString: string, more: object = {}) =>
    client.send(new PutSecretValueCommand({ SecretId, SecretString, ...more }));
  const get = (SecretId: string, more: object = {}) =>
    client.send(new GetSecretValueCommand({ SecretId, ...more }));
  return { server, client, create, put, get };
}

const token = (digit: number) => `${String(digit).repeat(8)}-0000-4000-8000-000000000000`;

describe('versions', () => {
  test('are at most 100 of a day; older ones without a label make room', async () => {
    let now = Date.UTC(2026, 0);
    const { create, put, get, client } = await world({ now: () => now });
    await create('s');
    for (let nth = 1; nth < 100; nth += 1) {
      // oxlint-disable-next-line no-await-in-loop
      await put('s', `value ${nth}`);
    }
    const refused = { name: 'LimitExceededException' };
    await expect(put('s', 'one more')).rejects.toMatchObject(refused);
    now += 86_400_000;
    await put('s', 'the next day');
    expect((await get('s')).SecretString).toBe('the next day');
    const { VersionIdsToStages: stages = {} } = await client.send(
      new DescribeSecretCommand({ SecretId: 's' }),
    );
    expect(Object.values(stages)).toEqual([['AWSPREVIOUS'], ['AWSCURRENT']]);
  });

  test('a put moves AWSCURRENT, leaves AWSPREVIOUS, and is told as EventBridge tells it', async () => {
    const told: LabelUpdated[] = [];
    const { client, create, put, get } = await world({ onLabelUpdated: (it) => told.push(it) });
    const { ARN, VersionId: first } = await create('trueup/acme/a');
    const { VersionId: second } = await put('trueup/acme/a', 'two');
    expect(await get('trueup/acme/a')).toMatchObject({
      SecretString: 'two',
      VersionId: second,
      ARN,
    });
    expect(await get(ARN ?? '', { VersionStage: 'AWSPREVIOUS' })).toMatchObject({
      SecretString: 'one',
      VersionId: first,
    });
    await put('trueup/acme/a', 'three', {
      VersionStages: ['AWSPENDING'],
      ClientRequestToken: token(3),
    });
    const described = await client.send(new DescribeSecretCommand({ SecretId: 'trueup/acme/a' }));
    expect(described.VersionIdsToStages).toEqual({
      [String(first)]: ['AWSPREVIOUS'],
      [String(second)]: ['AWSCURRENT'],
      [token(3)]: ['AWSPENDING'],
    });
    const move = {
      SecretId: 'trueup/acme/a',
      VersionStage: 'AWSCURRENT',
      MoveToVersionId: token(3),
    };
    await expect(client.send(new UpdateSecretVersionStageCommand(move))).rejects.toMatchObject({
      name: 'InvalidParameterException',
    });
    await client.send(
      new UpdateSecretVersionStageCommand({ ...move, RemoveFromVersionId: second }),
    );
    expect(await get('trueup/acme/a')).toMatchObject({ SecretString: 'three' });
    expect(told.map(({ labelUpdated, versionId }) => [labelUpdated, versionId])).toEqual([
      ['AWSCURRENT', second],
      ['AWSCURRENT', token(3)],
    ]);
  });

  test('a token may be repeated with its value, not with another', async () => {
    const { create, put, server } = await world();
    await create('a');
    await put('a', 'two', { ClientRequestToken: token(2) });
    await put('a', 'two', { ClientRequestToken: token(2) });
    expect(server.secrets[0]?.versions).toHaveLength(2);
    await expect(put('a', 'other', { ClientRequestToken: token(2) })).rejects.toMatchObject({
      name: 'ResourceExistsException',
    });
    await expect(create('a')).rejects.toMatchObject({ name: 'ResourceExistsException' });
  });

  test('what is not there is said as AWS says it', async () => {
    const { create, get } = await world();
    await create('a');
    await expect(get('b')).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
      message: "Secrets Manager can't find the specified secret.",
    });
    await expect(get('a', { VersionStage: 'AWSPENDING' })).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
    });
  });
});

test('a secret marked for deletion cannot be read until it is restored', async () => {
  const { client, create, get } = await world();
  await create('a');
  await client.send(new DeleteSecretCommand({ SecretId: 'a' }));
  await expect(get('a')).rejects.toMatchObject({ name: 'InvalidRequestException' });
  expect((await client.send(new ListSecretsCommand({}))).SecretList).toEqual([]);
  await client.send(new RestoreSecretCommand({ SecretId: 'a' }));
  expect(await get('a')).toMatchObject({ SecretString: 'one' });
});

test('a batch answers what it can, and says the rest by name', async () => {
  const { client, server, create } = await world();
  await create('a');
  await create('b', 'two');
  await create('c');
  server.denied.add('c');
  const answer = await client.send(
    new BatchGetSecretValueCommand({ SecretIdList: ['missing', 'c', 'b', 'a'] }),
  );
  expect(answer.SecretValues?.map(({ Name, SecretString }) => [Name, SecretString])).toEqual([
    ['a', 'one'],
    ['b', 'two'],
  ]);
  expect(answer.Errors?.map(({ SecretId, ErrorCode }) => [SecretId, ErrorCode])).toEqual([
    ['c', 'AccessDeniedException'],
    ['missing', 'ResourceNotFoundException'],
  ]);
  const SecretIdList = Array.from({ length: 21 }, (_, index) => String(index));
  await expect(client.send(new BatchGetSecretValueCommand({ SecretIdList }))).rejects.toMatchObject(
    {
      name: 'InvalidParameterException',
    },
  );
});

test('a list is filtered by a name prefix with case, pages, and may be stale', async () => {
  const { client, server, create, put } = await world();
  for (let index = 0; index < 5; index += 1) await create(`trueup/acme/${index}`);
  await create('Trueup/acme/other');
  const list = (more: object = {}) =>
    client.send(
      new ListSecretsCommand({ Filters: [{ Key: 'name', Values: ['trueup/acme/'] }], ...more }),
    );
  const names: (string | undefined)[] = [];
  let NextToken: string | undefined;
  do {
    const page = await list({ MaxResults: 2, NextToken });
    names.push(...(page.SecretList ?? []).map(({ Name }) => Name));
    NextToken = page.NextToken;
  } while (NextToken !== undefined);
  expect(names).toEqual([4, 3, 2, 1, 0].map((index) => `trueup/acme/${index}`));

  server.freezeList();
  const { VersionId } = await put('trueup/acme/0', 'new');
  const current = async () => {
    const { SecretList = [] } = await list();
    const entry = SecretList.find(({ Name }) => Name === 'trueup/acme/0');
    return Object.entries(entry?.SecretVersionsToStages ?? {}).find(([, stages]) =>
      stages.includes('AWSCURRENT'),
    )?.[0];
  };
  expect(await current()).not.toBe(VersionId);
  server.thawList();
  expect(await current()).toBe(VersionId);
});

test('state outlives the server in a file that only its owner can read', async () => {
  const folder = join(mkdtempSync(join(tmpdir(), 'secrets-')), 'deep');
  const first = await world({ folder });
  await first.create('a', 'kept');
  await first.server.close();
  const { get } = await world({ folder });
  expect(await get('a')).toMatchObject({ SecretString: 'kept' });
  expect(statSync(join(folder, 'secrets.json')).mode % 0o1000).toBe(0o600);
});

test('a test can throttle and deny', async () => {
  const { create, server } = await world({
    intercept: () => ({
      status: 400,
      body: { __type: 'ThrottlingException', message: 'Rate exceeded' },
    }),
  });
  await expect(create('a')).rejects.toMatchObject({ name: 'ThrottlingException' });
  expect(server.calls).toEqual({ CreateSecret: 1 });
});
