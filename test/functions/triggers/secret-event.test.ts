import { describe, expect, test } from '@jest/globals';
import { connectionOf, readSecretEvent } from '../../../functions/triggers/secret-event.ts';
import { secretUsers } from '../../../functions/triggers/secret-users.ts';
import { asWorkMessage } from '../../../lib/work/message.ts';
import { queueFile } from '../trigger-world.ts';

const name = 'trueup/acme/salesforce';
const arn = `arn:aws:secretsmanager:eu-central-1:123456789012:secret:${name}-a1B2c3`;
const bodyOf = (file: string): unknown => JSON.parse(queueFile(file).Records[0]?.body ?? '');

const label = (detail: object) => ({
  source: 'aws.secretsmanager',
  'detail-type': 'Secret Label Updated',
  detail,
});
const trail = (eventName: string, detail: object, type = 'AWS API Call via CloudTrail') => ({
  source: 'aws.secretsmanager',
  'detail-type': type,
  detail: { eventSource: 'secretsmanager.amazonaws.com', eventName, ...detail },
});

describe('events of secrets', () => {
  test('the files in events/ are understood', () => {
    expect(readSecretEvent(bodyOf('queued-rotation'))).toEqual({ kind: 'moved', names: [name] });
    expect(readSecretEvent(bodyOf('queued-cloudtrail'))).toMatchObject({
      kind: 'moved',
      names: [name, `${name}-a1B2c3`],
    });
  });

  test.each([
    ['a label of one’s own', label({ name, labelUpdated: 'blue', versionId: 'v' })],
    ['a pending version', trail('PutSecretValue', request({ versionStages: ['AWSPENDING'] }))],
    ['another stage', trail('UpdateSecretVersionStage', request({ versionStage: 'AWSPENDING' }))],
    ['a rotation that begins', trail('RotateSecret', request({}))],
    ['a read', trail('GetSecretValue', request({}))],
    ['a name that every object has', trail('constructor', request({}))],
    ['a name that is none', trail({ toString: 1 } as never, request({}))],
    [
      'a call that was denied',
      trail('PutSecretValue', { ...request({}), errorCode: 'AccessDenied' }),
    ],
    ['an event of another kind', { ...label({}), 'detail-type': 'Something New' }],
  ])('%s: without consequence', (_, event) => {
    expect(readSecretEvent(event)).toEqual({ kind: 'other' });
  });

  function request(more: object) {
    return { requestParameters: { secretId: name, ...more } };
  }

  test.each([
    ['a new value', trail('PutSecretValue', request({}))],
    ['a new current value', trail('PutSecretValue', request({ versionStages: ['AWSCURRENT'] }))],
    ['an update', trail('UpdateSecret', request({}))],
    ['a stage', trail('UpdateSecretVersionStage', request({ versionStage: 'AWSCURRENT' }))],
    ['a secret that is new', trail('CreateSecret', { requestParameters: { name } })],
  ])('%s by name moves it', (_, event) => {
    expect(readSecretEvent(event)).toEqual({ kind: 'moved', names: [name] });
  });

  test('a rotation that ended names it by ARN, with no request at all', () => {
    const detail = { requestParameters: null, additionalEventData: { SecretId: arn } };
    for (const type of ['AWS Service Event via CloudTrail', 'AWS API Call via CloudTrail']) {
      expect(readSecretEvent(trail('RotationSucceeded', detail, type))).toMatchObject({
        kind: 'moved',
        names: [name, `${name}-a1B2c3`],
      });
    }
  });

  test('an ARN without the six characters is a name as it stands', () => {
    const partial = arn.slice(0, -7);
    const event = trail('UpdateSecret', { requestParameters: { secretId: partial } });
    expect(readSecretEvent(event)).toEqual({ kind: 'moved', names: [name] });
  });

  test.each([
    ['nothing', undefined],
    ['text', 'hello'],
    ['another source', { ...label({}), source: 'aws.ec2' }],
    ['a label without a name', label({ labelUpdated: 'AWSCURRENT' })],
    ['a call without a secret', trail('PutSecretValue', { requestParameters: {} })],
    ['a rotation without a secret', trail('RotationSucceeded', {})],
  ])('%s: unknown', (_, event) => {
    expect(readSecretEvent(event)).toEqual({ kind: 'unknown' });
  });
});

describe('whose secret it is', () => {
  test.each([
    [name, 'trueup', 'acme'],
    ['trueup/acme/a/b', 'trueup', 'acme'],
    ['team/trueup/acme/x', 'team/trueup', 'acme'],
    ['trueup/acme', 'trueup', undefined],
    ['trueup/Acme/x', 'trueup', undefined],
    ['trueup//x', 'trueup', undefined],
    ['other/acme/x', 'trueup', undefined],
    ['trueup-fingerprint-key', 'trueup', undefined],
  ])('%s under %s: %s', (secret, prefix, expected) => {
    expect(connectionOf(secret, prefix)).toBe(expected);
  });

  const row = (item: string, spec: unknown) => ({ item, value: { spec } });

  test('servers use what their spec refers to, wherever it is', () => {
    const rows = [
      row('connection', { secret: name }),
      row('server#a', { client_secret: { secret: name, key: 'client_secret' } }),
      row('server#b', { headers: [{ value: { secret: name } }] }),
      row('server#c', { client_secret: { secret: `${name}-2` }, name }),
      row('server#d', null),
      { item: 'server#e', value: {} },
    ];
    expect(secretUsers(rows, [name])).toEqual({ servers: ['a', 'b'], secrets: [name] });
    expect(secretUsers(rows, [name, `${name}-2`, `${name}-3`])).toEqual({
      servers: ['a', 'b', 'c'],
      secrets: [name, `${name}-2`],
    });
  });

  test('a secret of the connection’s auth has no servers', () => {
    const value = { auth: { type: 'bearer', token: { secret: name } } };
    expect(secretUsers([{ item: 'connection', value }], [name]).servers).toEqual([]);
  });
});

describe('messages', () => {
  const message = {
    version: 1,
    connection: 'acme',
    servers: ['a', 'b'],
    reason: 'retry',
    dueAt: '2026-11-22T12:00:00.000Z',
  };

  test('come back as they were sent, each server once, without what is not known', () => {
    expect(asWorkMessage(message)).toEqual(message);
    const more = { ...message, servers: ['a', 'b', 'a'], colour: 'blue' };
    expect(asWorkMessage(more)).toEqual(message);
    const { servers: _servers, ...whole } = message;
    expect(asWorkMessage(whole)).toEqual(whole);
    expect(asWorkMessage(bodyOf('queued-continuation'))).toMatchObject({ reason: 'continuation' });
  });

  test.each([
    ['another version', { ...message, version: 2 }],
    ['a bad connection', { ...message, connection: 'Acme!' }],
    ['no servers', { ...message, servers: [] }],
    ['eleven servers', { ...message, servers: Array.from({ length: 11 }, (_, n) => `s-${n}`) }],
    ['an empty id', { ...message, servers: [''] }],
    ['an unknown reason', { ...message, reason: 'whim' }],
    ['no time', { ...message, dueAt: 'soon' }],
    ['nothing', undefined],
  ])('%s: none', (_, body) => {
    expect(asWorkMessage(body)).toBeUndefined();
  });
});
