import { expect, test } from '@jest/globals';
import { serverIdIn, serverKey } from '../../../lib/model/names/server-key.ts';

test('the key of a server holds its id, other keys hold none', () => {
  expect(serverIdIn(serverKey('a#b'))).toBe('a#b');
  expect(serverIdIn('server#')).toBe('');
  expect(serverIdIn('connection')).toBeUndefined();
  expect(serverIdIn('pause#server#a')).toBeUndefined();
});
