import { expect, test } from '@jest/globals';
import {
  newKey,
  newLabelIn,
  rowIdIn,
  rowKey,
  serverIdIn,
  serverKey,
} from '../../../lib/model/names/server-key.ts';

test('the key of a server holds its id, other keys hold none', () => {
  expect(serverIdIn(serverKey('a#b'))).toBe('a#b');
  expect(serverIdIn('server#')).toBe('');
  expect(serverIdIn('connection')).toBeUndefined();
  expect(serverIdIn('pause#server#a')).toBeUndefined();
});

test('the key of a row without an id is the id of its server until that is created', () => {
  expect(newLabelIn(newKey('a b'))).toBe('a b');
  expect(newLabelIn('server#a')).toBeUndefined();
  expect(rowKey('new#a')).toBe('new#a');
  expect(rowKey('a')).toBe('server#a');
  expect(rowIdIn('new#a')).toBe('new#a');
  expect(rowIdIn('server#a')).toBe('a');
  expect(rowIdIn('connection')).toBeUndefined();
});
