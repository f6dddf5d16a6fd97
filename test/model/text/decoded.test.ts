import { expect, test } from '@jest/globals';
import { decoded } from '../../../lib/model/text/decoded.ts';

const text = '{"name":"zażółć \u{1F511}"}\n';
const little = Buffer.from(text, 'utf16le');
const big = Buffer.from(little).swap16();

test.each([
  ['UTF-8', Buffer.from(text)],
  ['UTF-8 with a byte order mark', Buffer.from(`\uFEFF${text}`)],
  [
    'UTF-16, little end first, with a byte order mark',
    Buffer.concat([Buffer.from([0xff, 0xfe]), little]),
  ],
  [
    'UTF-16, big end first, with a byte order mark',
    Buffer.concat([Buffer.from([0xfe, 0xff]), big]),
  ],
])('a file in %s is read', (_, bytes) => {
  expect(decoded(bytes)).toBe(text);
});

test('an empty file is an empty text', () => {
  expect(decoded(Buffer.alloc(0))).toBe('');
});

test.each([
  ['UTF-16 without a byte order mark', little],
  ['UTF-16 in ASCII only, without a byte order mark', Buffer.from('{}', 'utf16le')],
  ['the same, big end first', Buffer.from('{}', 'utf16le').swap16()],
  ['UTF-16, big end first, without a byte order mark', big],
  ['Latin-1', Buffer.from('é', 'latin1')],
  ['half of a UTF-16 unit', Buffer.from([0xff, 0xfe, 0x7b])],
])('a file in %s is not', (_, bytes) => {
  expect(decoded(bytes)).toBeUndefined();
});
