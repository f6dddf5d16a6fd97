import { hostname } from 'node:os';
import { afterEach, expect, test } from '@jest/globals';
import { userAndHost } from '../../../../lib/cli/targets/owner-name.ts';
import { callerOf } from '../../../../lib/cli/targets/stack/caller.ts';
import { startSts } from '../../../../lib/local/aws/sts.ts';
import { startLoopbackServer } from '../../../../lib/local/loopback-server.ts';
import type { LoopbackServer } from '../../../../lib/local/loopback-server.ts';
import { dynamoDbClient } from '../../../../lib/table/dynamodb/client.ts';
import { quickRetries } from '../../../support/quick-retries.ts';

const credentials = { accessKeyId: 'AKIAEXAMPLE1234', secretAccessKey: 'x' };
const aws = { region: 'eu-west-1', credentials };
const dynamodb = dynamoDbClient({ ...aws, endpoint: 'http://127.0.0.1:9' });
const retries = { ...aws, retryStrategy: quickRetries };

let sts: LoopbackServer | undefined;

afterEach(() => sts?.close());

test('a caller of AWS is the identity that STS answers', async () => {
  sts = await startSts();
  expect(await callerOf({ ...retries, endpoint: sts.url }, dynamodb)).toBe(
    'arn:aws:sts::123456789012:assumed-role/operator/AKIAEXAMPLE1234',
  );
});

test.each([
  ['refuses', { status: 403, body: '<ErrorResponse/>' }],
  ['fails', { status: 503, body: '<ErrorResponse/>' }],
  ['answers something else', { status: 200, body: '<html>' }],
  ['drops the connection', 'cut' as const],
])('where STS %s, the end of the access key has to do', async (_what, answer) => {
  sts = await startLoopbackServer(() => answer);
  expect(await callerOf({ ...retries, endpoint: sts.url }, dynamodb)).toBe(
    'access key ...1234, region eu-west-1',
  );
});

test('where the credentials cannot be found either, the caller is unknown', async () => {
  sts = await startSts();
  const none = {
    ...retries,
    endpoint: sts.url,
    credentials: () => Promise.reject(new Error('no credentials')),
  } as object;
  expect(await callerOf(none, dynamoDbClient(none))).toBe('unknown');
});

test('a caller without AWS is user and host, safe to print', () => {
  expect(userAndHost({ user: 'kim' })).toBe(`kim@${hostname()}`);
  expect(userAndHost({ user: 'k\u001B[2Jim\n' })).toBe(`kim @${hostname()}`);
  expect(userAndHost({ user: undefined })).toMatch(/^[^@\s]+@/);
});
