import { describe, expect, test } from '@jest/globals';
import { unitOf } from '../plan/support/builders.ts';
import { credentialOf, formatReference, requestOf } from '../../lib/model/secret-reference.ts';

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

test.each([
  [undefined, secret],
  [false, secret],
  [true, { ...secret, multiline: true }],
])('a field whose multiline is %s asks for its secret as it may be', (multiline, request) => {
  const change = multiline === undefined ? {} : { multiline };
  expect(requestOf(unitOf('/client_secret', secret, change))).toEqual(request);
});
