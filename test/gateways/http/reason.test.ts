import { describe, expect, test } from '@jest/globals';
import { parseJson, reasonIn } from '../../../lib/gateways/http/reason.ts';

describe('reasonIn', () => {
  test.each([
    ['{"error":"conflict","message":"Slug in use"}', 'conflict: Slug in use'],
    ['{"message":"Slug in use","details":{"slug":"x"}}', 'Slug in use'],
    ['{"error":"conflict"}', 'conflict'],
    ['{"detail":"Server not found"}', 'Server not found'],
    ['{"detail":{"error":"Alias taken"}}', 'Alias taken'],
    ['{"detail":{"detail":{"error":"deeper"}}}', undefined],
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
    expect(reasonIn(body, parseJson(body)).text || undefined).toBe(expected);
  });

  test.each([
    ['{"error":"conflict","message":"Slug in use"}', 'conflict'],
    ['{"error":{"code":"INVALID_REQUEST","message":"Name too long"}}', 'INVALID_REQUEST'],
    ['{"error":"Slug in use"}', undefined],
    [`{"error":"${'e'.repeat(65)}"}`, undefined],
    ['{"error":{"code":5}}', undefined],
    ['conflict', undefined],
  ])('%s has the code %s', (body, code) => {
    expect(reasonIn(body, parseJson(body)).code).toBe(code);
  });
});
