import { createServer } from 'node:https';
import { createServer as createPlainServer } from 'node:net';
import type { AddressInfo, Server } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createHostProbe } from '../../../lib/gateways/http/host-probe.ts';
import type { HostProbeOptions } from '../../../lib/gateways/http/host-probe.ts';
import { parseAllowedHosts } from '../../../lib/gateways/http/host-rule.ts';
import { selfSigned } from './self-signed.ts';

const host = 'vendor.example';
const { key, cert } = selfSigned(host);
let requests = 0;
const secure = createServer({ key, cert }, () => (requests += 1));
/** It reads on, as a socket that nobody reads does not notice that the other side is gone. */
const silent = createPlainServer((socket) => void socket.on('error', () => undefined).resume());

const listening = (server: Server) =>
  new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
beforeAll(() => Promise.all([secure, silent].map(listening)));
afterAll(() => {
  secure.close();
  silent.close();
});

const owner = { name: 'acme', documentedHosts: [] };
const portOf = (server: Server) => (server.address() as AddressInfo).port;
const to = (address: string) => async () => [{ address, family: 4 }];

function probe(url: string, options: Partial<HostProbeOptions> = {}) {
  const allowed = parseAllowedHosts(`acme=${new URL(url).host}`);
  const hosts = { allowed, trustDocumentedHosts: false };
  const run = createHostProbe({ hosts, resolve: to('127.0.0.1'), ...options });
  return run(url, owner, 'list');
}

describe('a probe', () => {
  test('of a host with a certificate says until when it holds, and asks for nothing', async () => {
    const { address, certifiedUntil = '' } = await probe(`https://${host}:${portOf(secure)}/api`, {
      extraCa: cert,
    });
    expect(address).toBe('127.0.0.1');
    expect(Date.parse(certifiedUntil) - Date.now()).toBeGreaterThan(22 * 3_600_000);
    expect(requests).toBe(0);
  });

  test('of loopback without one', async () => {
    const url = `http://localhost:${portOf(silent)}`;
    expect(await probe(url)).toEqual({ address: '127.0.0.1' });
    const ipv4 = `http://127.0.0.1:${portOf(silent)}`;
    expect(await probe(ipv4)).toEqual({ address: '127.0.0.1' });
  });

  test('of a certificate for another name', async () => {
    const url = `https://another.example:${portOf(secure)}`;
    await expect(probe(url, { extraCa: cert })).rejects.toMatchObject({
      kind: 'tls',
      message: expect.stringContaining('ERR_TLS_CERT_ALTNAME_INVALID'),
    });
  });

  test('of a host that leads to where no credentials may go', async () => {
    const url = `https://${host}:${portOf(secure)}`;
    await expect(probe(url, { resolve: to('169.254.169.254') })).rejects.toMatchObject({
      kind: 'host',
      message: expect.stringContaining('169.254.169.254'),
    });
  });

  test('of one that does not answer ends in time', async () => {
    const url = `https://${host}:${portOf(silent)}`;
    await expect(probe(url, { timeoutMs: 100 })).rejects.toMatchObject({ kind: 'no-route' });
  });

  test('of a port that is closed is no-route', async () => {
    await expect(probe('http://localhost:1')).rejects.toMatchObject({
      kind: 'no-route',
      message: expect.stringContaining('ECONNREFUSED'),
    });
  });
});
