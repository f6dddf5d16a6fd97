import { describe, expect, test } from '@jest/globals';
import { urlProblem } from '../../../lib/model/names/url.ts';

const problem = (text: string, query = false) => urlProblem(text, { query })?.problem;

describe('urlProblem', () => {
  test.each([
    'https://api.acme.example',
    'https://api.acme.example/',
    'https://api.acme.example:8443/base/path',
    'http://localhost:3000',
    'http://127.0.0.1:3000',
    'http://127.1.2.3',
    'http://[::1]:3000',
    'https://api.acme.example/@team',
  ])('%s is fine', (text) => {
    expect(problem(text)).toBeUndefined();
  });

  test.each([
    ['', 'is not a URL'],
    ['api.acme.example', 'is not a URL'],
    ['https://', 'is not a URL'],
    [' https://api.acme.example', 'is not a URL'],
    ['https://api.acme\n.example', 'is not a URL'],
    ['https:\\\\api.acme.example', 'is not a URL'],
    ['https://api.acme.example/\u202e', 'is not a URL'],
    ['http://api.acme.example', 'does not use https'],
    ['http://localhost.evil.example', 'does not use https'],
    ['http://127.0.0.1.evil.example', 'does not use https'],
    ['ftp://localhost', 'does not use https'],
    ['javascript:alert(1)', 'does not use https'],
    ['https://user@api.acme.example', 'has a user or password'],
    ['https://:hunter2@api.acme.example', 'has a user or password'],
    ['https://@api.acme.example', 'has a user or password'],
    ['https://api.acme.example/#', 'has a fragment'],
    ['https://api.acme.example/?', 'has a query'],
    ['https://api.acme.example/?a=b', 'has a query'],
  ])('%s: %s', (text, expected) => {
    expect(problem(text)).toBe(expected);
  });

  test('a token endpoint may have a query', () => {
    expect(problem('https://login.acme.example/token?p=policy', true)).toBeUndefined();
  });
});
