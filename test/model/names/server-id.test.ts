import { expect, test } from '@jest/globals';
import { comparableId } from '../../../lib/model/names/server-id.ts';

test('a UUID is the same in any case, and no other id is', () => {
  const id = '0a1b2c3d-0000-4000-8000-00000000abcd';
  expect(comparableId(id.toUpperCase())).toBe(id);
  expect(comparableId(id)).toBe(id);
  for (const other of ['Srv_HR', `${id.toUpperCase()}0`, `X${id}`, '']) {
    expect(comparableId(other)).toBe(other);
  }
});
