import { describe, expect, test } from '@jest/globals';
import { TrueupError } from '../../../lib/model/errors/errors.ts';
import { addressKind } from '../../../lib/gateways/http/addresses.ts';
import type { HostSettings } from '../../../lib/gateways/http/allowed-hosts.types.ts';
import {
  assertAllowedUrl,
  mayReach,
  parseAllowedHosts,
} from '../../../lib/gateways/http/host-rule.ts';
import { VendorError } from '../../../lib/model/errors/vendor-error.ts';

describe('addressKind', () => {
  test.each([
    ['1.1.1.1', 'public'],
    ['172.15.255.255', 'public'],
    ['172.32.0.1', 'public'],
    ['169.253.255.255', 'public'],
    ['2606:4700::1111', 'public'],
    ['::ffff:1.1.1.1', 'public'],
    ['64:ff9b::101:101', 'public'],
    ['10.1.2.3', 'private'],
    ['172.16.0.1', 'private'],
    ['192.168.1.1', 'private'],
    ['100.64.0.1', 'private'],
    ['198.51.100.7', 'private'],
    ['0.1.2.3', 'private'],
    ['240.0.0.1', 'private'],
    ['fc00::1', 'private'],
    ['fd12:3456::1', 'private'],
    ['2001:db8::1', 'private'],
    ['2002:a00:1::', 'private'],
    ['::10.0.0.1', 'private'],
    ['::ffff:10.0.0.1', 'private'],
    ['::FFFF:C0A8:0101', 'private'],
    ['64:ff9b::a00:1', 'private'],
    ['127.0.0.1', 'loopback'],
    ['127.255.255.254', 'loopback'],
    ['::1', 'loopback'],
    ['0:0:0:0:0:0:0:1', 'loopback'],
    ['::ffff:127.0.0.1', 'loopback'],
    ['169.254.169.254', 'never'],
    ['169.254.0.1', 'never'],
    ['::ffff:169.254.169.254', 'never'],
    ['::ffff:a9fe:a9fe', 'never'],
    ['64:ff9b::a9fe:a9fe', 'never'],
    ['fe80::1', 'never'],
    ['fe80::1%eth0', 'never'],
    ['febf:ffff::1', 'never'],
    ['fd00:ec2::254', 'never'],
    ['0.0.0.0', 'never'],
    ['::', 'never'],
    ['224.0.0.1', 'never'],
    ['ff02::1', 'never'],
    ['255.255.255.255', 'never'],
    ['example.com', 'never'],
    ['', 'never'],
  ])('%s is %s', (address, kind) => {
    expect(addressKind(address)).toBe(kind);
  });
});

describe('mayReach', () => {
  test.each([
    ['public', ['1.1.1.1']],
    ['named', ['1.1.1.1', '10.0.0.1', '127.0.0.1']],
    ['loopback', ['127.0.0.1']],
  ] as const)('%s', (reach, allowed) => {
    const all = ['1.1.1.1', '10.0.0.1', '127.0.0.1', '169.254.169.254'];
    expect(all.filter((address) => mayReach(address, reach))).toEqual(allowed);
  });
});

describe('parseAllowedHosts', () => {
  test('reads hosts and ports, as a URL would spell them', () => {
    expect(
      parseAllowedHosts(
        ' barndoor=Acme.platform.barndoor.ai, alloy=127.0.0.1:8080,alloy=[0::1]:9 ',
      ),
    ).toEqual([
      { provider: 'barndoor', hostname: 'acme.platform.barndoor.ai' },
      { provider: 'alloy', hostname: '127.0.0.1', port: 8080 },
      { provider: 'alloy', hostname: '[::1]', port: 9 },
    ]);
  });

  test.each(['', '  '])('nothing in %j', (text) => {
    expect(parseAllowedHosts(text)).toEqual([]);
  });

  test.each([
    'acme.example',
    'barndoor=',
    '=acme.example',
    'barndoor=*.acme.example',
    'barndoor=https://acme.example',
    'barndoor=acme.example/path',
    'barndoor=user@acme.example',
    'barndoor=acme.example:',
    'barndoor=acme.example:0',
    'barndoor=acme.example:65536',
    'barndoor=acme.example:80:80',
    'barndoor=acme..example',
    'barndoor=::1',
    'barndoor=[::1',
    'barndoor=256.1.1.1',
    'barndoor=a b',
  ])("'%s' is named in the error", (entry) => {
    const parse = () => parseAllowedHosts(`alloy=ok.example,${entry}`);
    expect(parse).toThrow(TrueupError);
    expect(parse).toThrow(`allowed hosts: '${entry}' is not of the form provider=host`);
  });

  test('an empty entry is one too many', () => {
    expect(() => parseAllowedHosts('alloy=ok.example,')).toThrow("allowed hosts: ''");
  });
});

const owner = {
  name: 'barndoor',
  documentedHosts: ['*.platform.barndoor.ai', 'auth.barndoor.ai'],
};
const named: HostSettings = {
  allowed: parseAllowedHosts(
    'barndoor=api.acme.example,barndoor=api.acme.example:8443,barndoor=127.0.0.1:9000,' +
      'barndoor=localhost:9001,barndoor=[::1]:9002,barndoor=10.0.0.1,barndoor=169.254.169.254,' +
      'barndoor=plain.acme.example:80,alloy=alloy.example',
  ),
  trustDocumentedHosts: false,
};
const trusting: HostSettings = { ...named, trustDocumentedHosts: true };

function refusal(url: string, settings: HostSettings): VendorError {
  try {
    assertAllowedUrl(url, owner, settings, 'put', { connection: 'c' });
  } catch (error) {
    if (error instanceof VendorError) return error;
    throw error;
  }
  throw new Error(`${url} was allowed`);
}

describe('assertAllowedUrl', () => {
  test.each([
    ['https://api.acme.example', 'named'],
    ['https://api.acme.example:443/base/path', 'named'],
    ['https://API.acme.example:8443/', 'named'],
    ['https://10.0.0.1/', 'named'],
    ['https://0xa.1/', 'named'],
    ['http://127.0.0.1:9000', 'loopback'],
    ['http://localhost:9001', 'loopback'],
    ['http://[::1]:9002', 'loopback'],
    ['https://127.0.0.1:9000', 'named'],
  ])('%s stands in the settings', (url, reach) => {
    expect(assertAllowedUrl(url, owner, named, 'list').reach).toBe(reach);
  });

  test.each([
    'https://acme.platform.barndoor.ai',
    'https://eu.acme.platform.barndoor.ai/x',
    'https://auth.barndoor.ai/realms/barndoor/protocol/openid-connect/token',
  ])('%s is documented, and allowed only where that is trusted', (url) => {
    expect(assertAllowedUrl(url, owner, trusting, 'list').reach).toBe('public');
    expect(refusal(url, named).message).toMatch(/is not among the allowed hosts for barndoor/);
  });

  test.each([
    [
      'https://api.amce.example',
      'api.amce.example is not among the allowed hosts for barndoor; did you mean api.acme.example? Only if ' +
        'api.amce.example is right, name it in allowedHosts of the stack, or in TRUEUP_ALLOWED_HOSTS as barndoor=api.amce.example',
    ],
    [
      'https://alloy.example',
      'alloy.example is not among the allowed hosts for barndoor: name it in allowedHosts of the stack, or in ' +
        'TRUEUP_ALLOWED_HOSTS as barndoor=alloy.example; it is allowed for alloy',
    ],
  ])('%s is refused with what was probably meant, before how to allow it', (url, message) => {
    expect(refusal(url, named).message).toBe(message);
  });

  test.each([
    ['https://platform.barndoor.ai', /not among/],
    ['https://.platform.barndoor.ai', /not among/],
    ['https://evilplatform.barndoor.ai', /not among/],
    ['https://acme.platform.barndoor.ai.evil.example', /not among/],
    ['https://acme.platform.barndoor.ai.', /not among/],
    ['https://acme.platform.barndoor.ai:8443', /not among/],
    ['https://x.auth.barndoor.ai', /not among/],
    ['https://api.acme.example:9999', /not among/],
    ['https://sub.api.acme.example', /not among/],
    ['https://alloy.example', /not among/],
    ['http://127.0.0.1', /not among/],
    ['http://api.acme.example', /plain http is for loopback/],
    ['http://plain.acme.example', /plain http is for loopback/],
    ['http://acme.platform.barndoor.ai', /plain http is for loopback/],
    ['http://localhost.evil.example:9001', /plain http is for loopback/],
    ['https://169.254.169.254', /leads to 169.254.169.254, which is not an allowed address/],
    ['https://me@api.acme.example', /must not hold a user name/],
    ['https://api.acme.example#x', /must not have a fragment/],
    ['https://api.acme.example/#', /must not have a fragment/],
    ['ftp://api.acme.example', /must be https/],
    ['file:///etc/passwd', /must be https/],
    ['api.acme.example', /is not a URL/],
    ['', /is not a URL/],
  ])('%s is refused', (url, why) => {
    const error = refusal(url, trusting);
    expect(error).toMatchObject({ kind: 'host', operation: 'put', context: { connection: 'c' } });
    expect(error.message).toMatch(why);
  });

  test('a password is not repeated', () => {
    expect(refusal('https://me:hunter2@api.acme.example', named).message).not.toContain('hunter2');
  });
});
