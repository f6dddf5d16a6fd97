import { expect, test } from '@jest/globals';
import { secretText } from '../../lib/secrets/secret-text.ts';

test('a reference without a key means the whole value, with a key the text under it', () => {
  expect(secretText('{"a":"x"}', undefined)).toEqual({ found: true, text: '{"a":"x"}' });
  expect(secretText('{"a":"x"}', 'a')).toEqual({ found: true, text: 'x' });
});

test.each([
  [undefined, undefined, 'is binary'],
  ['hunter2', 'a', 'is not a JSON object'],
  ['["hunter2"]', 'a', 'is not a JSON object'],
  ['{"b":"hunter2"}', 'a', "has no key 'a'"],
  ['{"b":"hunter2"}', 'toString', "has no key 'toString'"],
  ['{"a":7}', 'a', 'has no text'],
  ['{"a":""}', 'a', 'has an empty text'],
])('what is wrong is said without the value: %j', (value, key, problem) => {
  const read = secretText(value, key);
  expect(read).toMatchObject({ found: false, problem: expect.stringContaining(problem) });
  expect(JSON.stringify(read)).not.toContain('hunter2');
});
