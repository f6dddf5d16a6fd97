import { describe, expect, test } from '@jest/globals';
import { Secret } from '../../lib/model/secret.ts';
import { KnownSecrets } from '../../lib/secrets/known-secrets.ts';
import { vendorText } from '../../lib/secrets/vendor-text.ts';

const token = 'TokenOfTheConnection-0123456789';
const known = new KnownSecrets();
known.add([new Secret(token)]);

describe('vendorText', () => {
  test('leaves no control characters, terminal codes or bidirectional marks', () => {
    expect(vendorText('a\u001b[31mred\u001b[0m\r\nb\u0007\u202ec\u0000', known)).toBe('ared bc');
  });

  test('is at most 500 characters', () => {
    expect(vendorText('x'.repeat(500), known)).toBe('x'.repeat(500));
    expect(vendorText('x'.repeat(1_000_000), known)).toMatch(/^x{499}…$/);
    expect(vendorText('\u{1f511}'.repeat(501), known)).toBe(`${'\u{1f511}'.repeat(499)}…`);
  });

  test.each([
    ['as it is', token],
    ['after 500 characters', `${'x'.repeat(600)} ${token}`],
    ['at the cut', `${'x'.repeat(495)}${token}`],
    ['among terminal codes', token.split('').join('\u001b[1m')],
    ['within a terminal title', `a\u001b]0;${token}\u0007b`],
  ])('a text that repeats a secret is withheld whole: %s', (_where, text) => {
    expect(vendorText(`bad value ${text}.`, known)).toBeUndefined();
  });

  test('so is a part of a text that repeats one in its other parts', () => {
    const location = `https://gateway.example/${token}`;
    expect(vendorText('gateway.example', known, location)).toBeUndefined();
    expect(vendorText('gateway.example', known, 'https://gateway.example/')).toBe(
      'gateway.example',
    );
  });

  test('what is beyond 16 KB is not read, and not shown', () => {
    expect(vendorText(`${'\0'.repeat(16 * 1024)}${token}`, known)).toBe('');
  });
});
