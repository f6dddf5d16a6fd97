import { describe, expect, test } from '@jest/globals';
import { Secret } from '../../../lib/model/secret.ts';
import { errorText } from '../../../lib/gateways/http/error-text.ts';

describe('errorText', () => {
  test.each([
    ['{"error":"conflict","message":"Slug in use"}', 'conflict: Slug in use'],
    ['{"message":"Slug in use","details":{"slug":"x"}}', 'Slug in use'],
    ['{"error":"conflict"}', 'conflict'],
    ['{"detail":"Server not found"}', 'Server not found'],
    [
      '{"detail":[{"loc":["body","slug"],"msg":"no match","type":"t","input":"hidden"},{"msg":"odd"},7]}',
      'body.slug: no match; odd',
    ],
    [
      '{"error":{"code":"INVALID_REQUEST","message":"Name too long"}}',
      'INVALID_REQUEST: Name too long',
    ],
    ['{"error":{"message":"Name too long","details":{"a":1}}}', 'Name too long'],
    [
      '{"error":"invalid_grant","error_description":"Token expired"}',
      'invalid_grant: Token expired',
    ],
    ['upstream connect error', 'upstream connect error'],
    ['"just a text"', 'just a text'],
    ['<!DOCTYPE html><html>secret stuff</html>', 'an HTML page'],
    ['', undefined],
    ['  ', undefined],
    ['{}', undefined],
    ['[1,2]', undefined],
    ['null', undefined],
    ['{"detail":[]}', undefined],
    ['{"detail":{"a":1}}', undefined],
    ['{"error":{"code":5}}', undefined],
    ['{"token":"not ours to show"}', undefined],
    ['{"token":"not ours to show", "and', undefined],
    ['\ufffd\ufffd{\0"\0a\0', undefined],
    ['oken":"not ours to show"}', undefined],
    ['{"detail":[{"loc":[{"toString":1},[[]],"slug",0],"msg":"no"}]}', 'slug.0: no'],
  ])('%s', (body, expected) => {
    expect(errorText(body, [])).toBe(expected);
  });

  test('leaves no control characters, escapes or bidirectional marks', () => {
    const body = JSON.stringify({ message: 'a\u001b[31mred\u001b[0m\r\nb\u0007\u202ec\u0000' });
    expect(errorText(body, [])).toBe('ared bc');
  });

  test('is at most 500 characters', () => {
    expect(errorText('x'.repeat(501), [])).toHaveLength(500);
    expect(errorText('x'.repeat(500), [])).toBe('x'.repeat(500));
  });

  const secret = 'S3cr3t/"value"+1';
  test.each([
    ['raw', secret],
    ['JSON', JSON.stringify(secret).slice(1, -1)],
    ['URL', encodeURIComponent(secret)],
    ['base64', Buffer.from(secret).toString('base64url')],
    ['with a control character in it', `${secret.slice(0, 4)}\u0000${secret.slice(4)}`],
  ])('a secret that comes back %s is not in it', (_form, echoed) => {
    const text = errorText(JSON.stringify({ detail: `bad value ${echoed}.` }), [
      new Secret(secret),
    ]);
    expect(text).toBe('bad value [secret].');
  });

  test.each([
    ['again and again', 1500, (text: string) => `${text} `.repeat(30)],
    ['longer than what is searched', 20_000, (text: string) => `it was ${text}`],
    ['longer than that, as JSON', 20_000, (text: string) => `it was "\\u0041${text}`],
    [
      'among control characters',
      1500,
      (text: string) => `${text.split('').join('\0')} `.repeat(30),
    ],
  ])('a secret that comes back %s is not in part in it', (_form, length, echo) => {
    const long = Array.from({ length }, (_, at) => Math.sin(at).toString(36).at(-1)).join('');
    const text = errorText(JSON.stringify({ message: echo(long) }), [new Secret(long)]);
    expect(text?.replaceAll('[secret]', '') ?? '').toMatch(/^.{0,20}$/);
  });

  test('a reason of which nothing but a long secret’s beginning could be searched is none', () => {
    const long = new Secret('s'.repeat(9000));
    expect(errorText('x'.repeat(1_000_000), [long])).toMatch(/^x{499}…$/);
    expect(errorText(`\0`.repeat(300_000), [long])).toBeUndefined();
  });

  test('a secret at the cut is not half in it', () => {
    const text = errorText(`${'x'.repeat(490)} ${secret}${'y'.repeat(100)}`, [new Secret(secret)]);
    expect(text).toMatch(/^x{490} \[secret\]…$/);
  });
});
