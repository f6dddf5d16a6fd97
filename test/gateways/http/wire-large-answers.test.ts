import { gzipSync } from 'node:zlib';
import { KnownSecrets } from '../../../lib/secrets/known-secrets.ts';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { RawAnswer, RawServer } from '../../support/raw-server.ts';
import { startRawServer } from '../../support/raw-server.ts';
import { clientFor, vendorErrorOf } from '../support.ts';
import type { TestClient } from '../support.ts';
import { owner } from './attempts.ts';

const mb = 1024 * 1024;

describe('an answer that is meant to hurt', () => {
  let server: RawServer;
  let client: TestClient;
  beforeAll(async () => {
    server = await startRawServer();
    client = clientFor('acme', [server.url], { timeoutMs: 60_000 });
  });
  afterAll(async () => {
    client.close();
    await server.close();
  });

  const head = (...lines: string[]) => `HTTP/1.1 200 OK\r\n${lines.join('\r\n')}\r\n\r\n`;
  const asked = async (answer: RawAnswer, by = client) => {
    const { requests } = server.answer(() => answer);
    const before = process.memoryUsage().arrayBuffers;
    const error = await vendorErrorOf(
      by.send({
        owner,
        operation: 'list',
        method: 'GET',
        url: `${server.url}/api/servers`,
        repeatable: 'anytime',
        known: new KnownSecrets(),
        signal: new AbortController().signal,
        context: { connection: 'c' },
      }),
    );
    const grownMb = (process.memoryUsage().arrayBuffers - before) / mb;
    return { error, requests: requests(), grownMb };
  };

  test('50 MB, said beforehand, are not read', async () => {
    const bytes = Buffer.from(head(`content-length: ${50 * mb}`));
    const { error, requests, grownMb } = await asked({ bytes, after: 'flood' });
    expect(error).toMatchObject({ kind: 'body', code: 'body-size', context: { connection: 'c' } });
    expect(requests).toBe(1);
    expect(grownMb).toBeLessThan(16);
  });

  test('without end, and without a word of it, are read to 32 MB and dropped', async () => {
    const bytes = Buffer.from(head());
    const { error, requests, grownMb } = await asked({ bytes, after: 'flood' });
    expect(error.message).toBe('the answer is larger than 33554432 bytes');
    expect(requests).toBe(1);
    // What was read, and as much in sockets: nowhere near what would have come.
    expect(grownMb).toBeLessThan(100);
  });

  test('a gzip bomb is not unpacked', async () => {
    const bomb = gzipSync(Buffer.alloc(64 * mb));
    const lines = ['content-encoding: gzip', `content-length: ${bomb.length}`];
    const bytes = Buffer.concat([Buffer.from(head(...lines)), bomb]);
    const { error, grownMb } = await asked({ bytes, after: 'keep' });
    expect(error.message).toBe('HTTP 200 with an encoding that was not requested: gzip');
    expect(grownMb).toBeLessThan(16);
  });

  test('a byte now and then ends with the attempt, whatever is still to come', async () => {
    const bytes = Buffer.from(head('content-length: 1000000'));
    const impatient = clientFor('acme', [server.url], { timeoutMs: 500 });
    // It would go on for days.
    const { error, requests } = await asked({ bytes, after: 'drip' }, impatient);
    impatient.close();
    expect(error.kind).toBe('timeout');
    expect(requests).toBe(1);
  });

  test('headers without end are dropped', async () => {
    const bytes = Buffer.from(`HTTP/1.1 200 OK\r\n${'x: y\r\n'.repeat(100_000)}`);
    const { error } = await asked({ bytes, after: 'hang' });
    expect(['cut', 'body']).toContain(error.kind);
  });
});
