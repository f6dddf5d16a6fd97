import { describe, expect, test } from '@jest/globals';
import { credentialOf, formatReference } from '../../lib/model/secret-reference.ts';

const secret = { secret: 'trueup/acme/credential', key: 'value' };
const endpoint = { tokenUrl: 'https://issuer.example.com/token', client_id: 'trueup' };

describe('the secret that a connection signs in with', () => {
  test.each([
    { type: 'bearer', token: secret },
    { type: 'client-credentials', ...endpoint, client_secret: secret },
    { type: 'refresh-token', ...endpoint, refresh_token: secret },
  ] as const)('with $type', (auth) => {
    expect(credentialOf(auth)).toBe(secret);
    expect(formatReference(credentialOf(auth))).toBe('trueup/acme/credential#value');
  });
});
