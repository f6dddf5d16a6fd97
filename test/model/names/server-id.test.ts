import { expect, test } from '@jest/globals';
import { comparableId, otherSpelling } from '../../../lib/model/names/server-id.ts';

test('a UUID is the same in any case, and no other id is', () => {
  const id = '0a1b2c3d-0000-4000-8000-00000000abcd';
  expect(comparableId(id.toUpperCase())).toBe(id);
  expect(comparableId(id)).toBe(id);
  for (const other of ['Srv_HR', `${id.toUpperCase()}0`, `X${id}`, '']) {
    expect(comparableId(other)).toBe(other);
  }
});

test('a UUID with letters has another spelling, and no other id has', () => {
  const id = '0a1b2c3d-0000-4000-8000-00000000abcd';
  expect(otherSpelling(id)).toBe(id.toUpperCase());
  expect(otherSpelling(id.toUpperCase())).toBe(id);
  expect(otherSpelling(id.replace('abcd', 'ABCD'))).toBe(id);
  for (const other of ['Srv_HR', '00000000-0000-4000-8000-000000000001']) {
    expect(otherSpelling(other)).toBeUndefined();
  }
});
