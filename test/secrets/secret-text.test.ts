import { describe, expect, test } from '@jest/globals';
import { secretText } from '../../lib/secrets/secret-text.ts';

const pem = '-----BEGIN PRIVATE KEY-----\nMIIB\nAAAA\n-----END PRIVATE KEY-----';

describe('the text of a secret', () => {
  test('is the whole value without a key, and the text under it with one', () => {
    expect(secretText('x')).toEqual({ found: true, text: 'x' });
    expect(secretText('{"a":"x"}', { key: 'a' })).toEqual({ found: true, text: 'x' });
  });

  test.each(['s3cret\n', '\uFEFFs3cret', ' s3cret\r\n\r\n', '\uFEFF\ts3cret\u00A0'])(
    'has no white space and no byte order mark around it: %j',
    (value) => {
      expect(secretText(value)).toEqual({ found: true, text: 's3cret' });
      expect(secretText(JSON.stringify({ a: value }), { key: 'a' })).toEqual({
        found: true,
        text: 's3cret',
      });
      expect(secretText(`\uFEFF${JSON.stringify({ a: value })}\n`, { key: 'a' })).toEqual({
        found: true,
        text: 's3cret',
      });
    },
  );

  test('keeps white space within, and JSON that is no object', () => {
    for (const text of ['correct horse battery', '["a"]', '"a"', '{a', '{}x', 'zażółć']) {
      expect(secretText(text)).toEqual({ found: true, text });
    }
  });

  test('has several lines where the field may have them', () => {
    for (const text of [pem, pem.replaceAll('\n', '\r\n')]) {
      expect(secretText(`${text}\n`, { multiline: true })).toEqual({ found: true, text });
      expect(secretText(JSON.stringify({ k: text }), { key: 'k', multiline: true })).toEqual({
        found: true,
        text,
      });
    }
  });
});

test.each([
  [undefined, {}, 'value', 'is binary'],
  ['', {}, 'value', 'is empty'],
  [' \n\uFEFF', {}, 'value', 'is empty'],
  ['{"a":" \\n"}', { key: 'a' }, 'value', "has nothing under the key 'a'"],
  ['{"hunter2":"hunter2"}', {}, 'value', "is a JSON object with 1 member: name one with 'key'"],
  ['\uFEFF {}\n', {}, 'value', 'is a JSON object'],
  ['hunter2\u0000', {}, 'value', 'has control characters'],
  ['h\u0000u\u0000', {}, 'value', 'has control characters'],
  ['hun\tter2', {}, 'value', 'has control characters'],
  ['hun\u001B[2Jter2', { multiline: true }, 'value', 'has control characters'],
  ['hun\uD800ter2', {}, 'value', 'has control characters'],
  [pem, {}, 'value', 'has several lines'],
  ['hunter2\nhunter2', {}, 'value', 'has several lines'],
  ['hunter2\u2028hunter2', {}, 'value', 'has several lines'],
  ['{"a":"hunter2\\nx"}', { key: 'a' }, 'value', "has several lines under the key 'a'"],
  ['hunter2', { key: 'a' }, 'key', 'is not a JSON object'],
  ['["hunter2"]', { key: 'a' }, 'key', 'is not a JSON object'],
  ['{"hunter2', { key: 'a' }, 'key', 'is not a JSON object'],
  ['{"b":"hunter2"}', { key: 'a' }, 'key', "has no key 'a'; it has 1 other"],
  ['{"b":"hunter2","hunter2":1}', { key: 'a' }, 'key', "has no key 'a'; it has 2 others"],
  ['{}', { key: 'a' }, 'key', "has no key 'a'; it has none"],
  ['{"b":"hunter2"}', { key: 'toString' }, 'key', "has no key 'toString'; it has 1 other"],
  ['{"a":7}', { key: 'a' }, 'key', 'has no text'],
] as const)('what is wrong is said without the value: %j %j', (value, request, code, problem) => {
  const read = secretText(value, request);
  expect(read).toMatchObject({ found: false, code, problem: expect.stringContaining(problem) });
  expect(JSON.stringify(read)).not.toContain('hun');
});
