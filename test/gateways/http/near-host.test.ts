import { expect, test } from '@jest/globals';
import { parseAllowedHosts } from '../../../lib/gateways/http/host-rule.ts';
import { nearHost } from '../../../lib/gateways/http/near-host.ts';

const owner = { name: 'barndoor', documentedHosts: ['*.platform.barndoor.ai', 'api.barndoor.ai'] };

const near = (host: string, allowed = '', trustDocumentedHosts = true) =>
  nearHost(new URL(`https://${host}`), owner, {
    allowed: parseAllowedHosts(allowed),
    trustDocumentedHosts,
  });

test.each([
  ['acme.platfrom.barndoor.ai', '', '; did you mean acme.platform.barndoor.ai?'],
  ['api.barndor.ai', '', '; did you mean api.barndoor.ai?'],
  ['gateway.exmaple.com', 'barndoor=gateway.example.com', '; did you mean gateway.example.com?'],
  [
    'gateway.example.com',
    'barndoor=gateway.example.com:8443',
    '; did you mean gateway.example.com:8443?',
  ],
  ['gateway.example.com', 'alloy=gateway.example.com', '; it is allowed for alloy'],
  ['gateway.example.com', 'alloy=gateway.exmaple.com', ''],
  ['evil.example', 'barndoor=gateway.example.com', ''],
  ['localhost', '', ''],
])('of %s, with %j allowed, it says %j', (host, allowed, expected) => {
  expect(near(host, allowed)).toBe(expected);
});

test('documented hosts are suggested only where they are trusted', () => {
  expect(near('api.barndor.ai', '', false)).toBe('');
});
