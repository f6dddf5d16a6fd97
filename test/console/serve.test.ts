import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { once } from 'node:events';
import { connect } from 'node:net';
import { serveConsole } from '../../lib/console/serve.ts';
import type { ServedConsole } from '../../lib/console/serve.ts';
import { worldOf } from '../support/console.ts';
import { startWorld } from '../support/world.ts';
import type { TestWorld } from '../support/world.ts';

let world: TestWorld;
let served: ServedConsole;
let stop: AbortController;

beforeEach(async () => {
  world = await startWorld({}, { sqliteLedger: true });
  await world.declareConnection();
  stop = new AbortController();
  served = await serveConsole(worldOf(world, { stop: stop.signal }), 0);
});

afterEach(async () => {
  stop.abort();
  await served.close();
  await world.close();
});

const base = () => new URL(served.address);

/** What a server answers to bytes that no browser sends. */
async function raw(text: string): Promise<string> {
  const socket = connect(Number(base().port), '127.0.0.1');
  socket.end(text);
  const chunks: Buffer[] = [];
  for await (const chunk of socket as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

test('listens on 127.0.0.1, and answers the address that it prints', async () => {
  expect(base().hostname).toBe('127.0.0.1');
  const first = await fetch(served.address, { redirect: 'manual' });
  expect(first.status).toBe(303);
  const [cookie = ''] = (first.headers.get('set-cookie') ?? '').split(';');
  const page = await fetch(base().origin, { headers: { cookie } });
  expect([page.status, await page.text()]).toEqual([200, expect.stringContaining('acme')]);
  const head = await fetch(base().origin, { headers: { cookie }, method: 'HEAD' });
  expect([head.status, await head.text()]).toEqual([200, '']);
});

test.each([
  [
    'an absolute address of another host',
    'GET http://evil.example/ HTTP/1.1\r\nHost: evil.example\r\n\r\n',
    /403/,
  ],
  ['no host', 'GET / HTTP/1.0\r\n\r\n', /403/],
  ['a path of two slashes', 'GET //evil.example/ HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n', /40[03]/],
  ['a method that no console has', 'TRACE / HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n', /40[03]/],
  ['no HTTP', 'hello\r\n\r\n', /400/],
])('%s is refused', async (_, text, status) => {
  expect((await raw(text)).split('\r\n')[0]).toMatch(status);
});

test('a body that is longer than any form is refused', async () => {
  const body = 'x'.repeat(100_000);
  const answer = await fetch(`${base().origin}/act`, { method: 'POST', body }).catch(
    () => undefined,
  );
  expect(answer?.status ?? 400).toBe(400);
});

test('ends after so long without a request, and not before', async () => {
  let isOver = false;
  const ended = served.ended(5000).then(() => (isOver = true));
  expect(isOver).toBe(false);
  world.clock.passInSleep();
  world.clock.advance(6000);
  await ended;
});

test('ends although strangers ask again and again', async () => {
  const ended = served.ended(5000);
  world.clock.passInSleep();
  world.clock.advance(6000);
  expect((await fetch(base().origin)).status).toBe(401);
  expect(await ended).toBe('idle');
});

test('ends when its address is opened a second time', async () => {
  const ended = served.ended(3_600_000);
  for (const status of [303, 401]) {
    expect((await fetch(served.address, { redirect: 'manual' })).status).toBe(status);
  }
  expect(await ended).toBe('opened-twice');
});

test.each([
  ['nothing', ''],
  ['half a request', 'GET / HTTP/1.1\r\nHost: 127'],
  ['half a form', 'POST /act HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 99\r\n\r\nact='],
])('closes although a connection has sent %s', async (_, text) => {
  const socket = connect(Number(base().port), '127.0.0.1');
  await once(socket, 'connect');
  socket.write(text);
  const cut = once(socket, 'close');
  socket.on('error', () => undefined);
  // The server has it once it answers another that came later.
  await fetch(base().origin);
  await served.close();
  await cut;
});

test('ends when the world stops, however long it would wait', async () => {
  const ended = served.ended(3_600_000);
  stop.abort();
  await ended;
});

test('fails for a port that is in use', async () => {
  const port = Number(base().port);
  await expect(serveConsole(worldOf(world), port)).rejects.toThrow(/EADDRINUSE/);
});
