import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { consoleOn, formIn, host, request } from '../support/console.ts';
import type { Browser, TestConsole } from '../support/console.ts';
import { connection, startWorld } from '../support/world.ts';
import type { TestWorld } from '../support/world.ts';

let world: TestWorld;
let served: TestConsole;
let browser: Browser;

beforeAll(async () => {
  world = await startWorld({}, { sqliteLedger: true });
  await world.declareConnection();
  served = consoleOn(world);
  browser = await served.open();
});

afterAll(() => world.close());

const paths = [
  '/',
  '/servers',
  '/server',
  '/plan',
  '/history',
  '/act',
  '/console.css',
  '/console.js',
  '/none',
];

test.each(paths)('%s without the cookie is 401, and shows nothing', async (path) => {
  const answer = await served.handle(request(path));
  expect(answer.status).toBe(401);
  expect(await answer.text()).toMatch(/^No session/);
  const other = await served.handle(request(path, { cookie: 'trueup_console_4711=guess' }));
  expect(other.status).toBe(401);
});

describe('the token', () => {
  test('becomes a cookie that no script and no other site has, once', async () => {
    const own = consoleOn(world);
    const first = await own.handle(request(`/?token=${own.token}`));
    expect(first.status).toBe(303);
    expect(first.headers.get('location')).toBe('/');
    const cookie = first.headers.get('set-cookie') ?? '';
    expect(cookie).toMatch(/^trueup_console_4711=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict$/);
    expect(cookie).not.toContain(own.token);
  });

  test('opened again by another browser ends the session: one of the two is a stranger', async () => {
    const own = consoleOn(world);
    const victim = await own.open();
    expect([(await victim.get('/')).status, own.isOver()]).toEqual([200, false]);
    const second = await own.handle(request(`/?token=${own.token}`));
    expect([second.status, second.headers.get('set-cookie')]).toEqual([401, null]);
    expect(await second.text()).toContain('opened before');
    expect([(await victim.get('/')).status, own.isOver()]).toEqual([401, true]);
    expect((await own.handle(request(`/?token=${own.token}`))).status).toBe(401);
  });

  test('that is wrong is 401, and the right one still works', async () => {
    const own = consoleOn(world);
    expect((await own.handle(request('/?token=guess'))).status).toBe(401);
    expect((await own.handle(request('/?token='))).status).toBe(401);
    expect((await own.handle(request(`/?token=${own.token}`))).status).toBe(303);
  });

  test('opened again in the same browser leads to the first page', async () => {
    const again = await browser.get(`/?token=${served.token}`);
    expect([again.status, again.headers.get('location')]).toEqual([303, '/']);
  });
});

test.each<[string, Record<string, string | undefined>, number]>([
  ['another host', { host: 'evil.example:4711' }, 403],
  ['the same host with another port', { host: '127.0.0.1:80' }, 403],
  ['localhost, which is not the address', { host: 'localhost:4711' }, 403],
  ['no host', { host: undefined }, 403],
  ['the origin of another page', { origin: 'http://evil.example' }, 403],
  ['the origin of another port', { origin: 'http://127.0.0.1:80' }, 403],
  ['the origin null', { origin: 'null' }, 403],
  ['a link on another site', { 'sec-fetch-site': 'cross-site' }, 403],
  ['a link on another port', { 'sec-fetch-site': 'same-site' }, 403],
  ['a link of its own', { 'sec-fetch-site': 'same-origin' }, 200],
  ['an address that was typed', { 'sec-fetch-site': 'none' }, 200],
  ['a browser that says nothing', { 'sec-fetch-site': undefined }, 200],
])('a page for %s: %j is %d', async (_, headers, status) => {
  const answer = await served.handle(request('/', { cookie: browser.cookie, ...headers }));
  expect(answer.status).toBe(status);
});

const pause = async () => formIn(await browser.page(`/act?act=pause&connection=${connection}`));
const pauses = async () => (await world.deps.ledger.pauses(connection)).length;

test.each<[string, Record<string, string | undefined>]>([
  ['no origin', { origin: undefined }],
  ['the origin null', { origin: 'null' }],
  ['the origin of another page', { origin: 'http://evil.example' }],
  ['another host', { host: 'evil.example:4711' }],
  ['another site', { 'sec-fetch-site': 'cross-site' }],
  ['another port', { 'sec-fetch-site': 'same-site' }],
  ['no page', { 'sec-fetch-site': 'none' }],
])('a form with %s: %j is refused, and does nothing', async (_, headers) => {
  const answer = await browser.post(await pause(), headers);
  expect(answer.status).toBe(403);
  expect(await pauses()).toBe(0);
});

test.each<[string, Record<string, string>]>([
  ['no token of the session', { formToken: '' }],
  ['a wrong token', { formToken: 'guess' }],
])('a form with %s is refused, and does nothing', async (_, fields) => {
  const answer = await browser.post({ ...(await pause()), ...fields });
  expect(answer.status).toBe(403);
  expect(await answer.text()).toContain('belongs to another session');
  expect(await pauses()).toBe(0);
});

test('a form without the cookie is refused, and does nothing', async () => {
  expect((await browser.post(await pause(), { cookie: undefined })).status).toBe(401);
  expect(await pauses()).toBe(0);
});

test.each(['PUT', 'DELETE', 'PATCH', 'OPTIONS'])('%s is 405', async (method) => {
  const answer = await served.handle(
    new Request(`http://${host}/act`, { method, headers: { host, cookie: browser.cookie } }),
  );
  expect(answer.status).toBe(405);
});

test('what is longer than any name or filter is cut, and makes no page long', async () => {
  const text = `?text=${'a'.repeat(5000)}&connection=${'b'.repeat(5000)}`;
  for (const path of ['/servers', '/history', '/plan']) {
    const page = await browser.page(path + text);
    expect(page).not.toContain('a'.repeat(257));
    expect(page.length).toBeLessThan(10_000);
  }
  expect((await browser.get(`/server${text}&id=${'c'.repeat(5000)}`)).status).toBe(404);
});

test('a page is compressed for a browser that takes it, and its ETag is still known', async () => {
  const zipped = await browser.get('/servers', { 'accept-encoding': 'gzip' });
  expect(zipped.headers.get('content-encoding')).toBe('gzip');
  const etag = zipped.headers.get('etag') ?? '';
  const again = { 'accept-encoding': 'gzip', 'if-none-match': etag };
  expect((await browser.get('/servers', again)).status).toBe(304);
});

test('a body that is longer than any form is refused', async () => {
  const answer = await browser.post({ ...(await pause()), reason: 'x'.repeat(20_000) });
  expect(answer.status).toBe(413);
  expect(await pauses()).toBe(0);
});

test('every answer has the security headers, and none is kept', async () => {
  for (const path of ['/', '/none', '/act?act=pause']) {
    const { headers } = await browser.get(path);
    const policy = headers.get('content-security-policy') ?? '';
    expect(policy).toContain("default-src 'none'");
    expect(policy).not.toMatch(/unsafe|http|data:|\*/);
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('x-frame-options')).toBe('DENY');
    expect(headers.get('referrer-policy')).toBe('same-origin');
    expect(headers.get('cache-control')).toBe('no-store');
  }
});
