import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { consoleOn } from '../../support/console.ts';
import type { Browser } from '../../support/console.ts';
import { connection, serverIds, startWorld } from '../../support/world.ts';
import type { TestWorld } from '../../support/world.ts';

const ids = serverIds(60);
const [a = '', b = '', c = ''] = ids;

let world: TestWorld;
let browser: Browser;

beforeEach(async () => {
  world = await startWorld(
    { servers: ids.map((id) => ({ id, name: `Live ${id}` })) },
    { sqliteLedger: true },
  );
  await world.declareConnection();
  browser = await consoleOn(world).open();
});

afterEach(() => world.close());

const titles = (page: string) =>
  Array.from(page.matchAll(/<a href="\/server\?[^"]*"\s*>([^<]*)<\/a/g), ([, text = '']) =>
    text.trim(),
  );
const later = () => world.clock.advance(16_000);

describe('looking', () => {
  test('reads no gateway, makes no pass and decrypts nothing, on any page', async () => {
    await world.declare({ id: a, label: 'first', spec: { name: 'A' } });
    await world.pass();
    later();
    world.callsSince();
    const before = await world.deps.ledger.lastReport(connection);
    for (const path of [
      '/',
      '/servers',
      `/server?connection=acme&id=${a}`,
      '/plan',
      '/history',
      '/act?act=retry&connection=acme',
    ]) {
      await browser.page(path);
    }
    const { list, get, put, BatchGetSecretValue, GetSecretValue } = world.callsSince();
    expect([list, get, put, BatchGetSecretValue, GetSecretValue]).toEqual(Array(5).fill(undefined));
    expect(await world.deps.ledger.lastReport(connection)).toEqual(before);
  });

  test('reads the tables once in 15 seconds, however many pages are opened', async () => {
    await browser.page('/');
    world.callsSince();
    await Promise.all(
      ['/', '/servers', '/?a', '/servers?page=2'].map((path) => browser.page(path)),
    );
    expect(world.callsSince()['Query']).toBeUndefined();
    later();
    await Promise.all(['/', '/servers'].map((path) => browser.page(path)));
    expect(world.callsSince()['Query']).toBeLessThanOrEqual(2);
  });

  test('again finds nothing new: 304 by ETag', async () => {
    const first = await browser.get('/servers');
    const etag = first.headers.get('etag') ?? '';
    const again = await browser.get('/servers', { 'if-none-match': etag });
    expect([again.status, await again.text()]).toEqual([304, '']);
    await world.declare({ id: a, label: 'first', spec: { name: 'A' } });
    later();
    expect((await browser.get('/servers', { 'if-none-match': etag })).status).toBe(200);
  });
});

describe('fleet', () => {
  test('has a tile for each connection, with state, counts, last and next pass', async () => {
    await world.declareAlloyConnection();
    await world.declare({ id: a, label: 'first', spec: { name: 'A' } });
    await world.pass();
    const page = await browser.page('/');
    expect(page).toMatch(
      /aria-label="acme"[\s\S]*mode correct[\s\S]*1 in sync[\s\S]*last pass[\s\S]*by schedule/,
    );
    expect(page).toMatch(/aria-label="globex"[\s\S]*no pass yet[\s\S]*next pass: on schedule/);
  });

  test('of a connection that fails shows why, since when, and the next attempt', async () => {
    await world.declare({ id: a, spec: { name: 'A' } });
    world.barndoor.misbehave({ method: 'GET', effect: { kind: 'status', status: 503 } });
    await world.pass().catch(() => undefined);
    const page = await browser.page('/');
    expect(page).toMatch(/unreachable[\s\S]*503[\s\S]*fails since [\s\S]*next attempt/);
  });

  test('with nothing declared says what to do', async () => {
    await world.desired.remove(connection, 'connection');
    expect(await browser.page('/')).toContain('trueup init --stack trueup-test');
  });
});

describe('servers', () => {
  beforeEach(async () => {
    await world.declare(
      ...ids.map((id, index) => ({
        id,
        label: `s${String(index).padStart(2, '0')}`,
        spec: { name: `Live ${id}` },
      })),
    );
    await world.pass();
    await world.declare(
      { id: b, label: 's01', spec: { nmae: 'B' } },
      { id: c, label: 's02', spec: { name: 'C' } },
    );
    await world.pass();
  });

  test('come with what fails first, 50 a page, and pages in the address', async () => {
    const first = titles(await browser.page('/servers'));
    expect(first).toHaveLength(50);
    expect(first[0]).toBe('acme/s01');
    expect(first[1]).toBe('acme/s00');
    const page = await browser.page('/servers?page=2');
    expect(titles(page)).toHaveLength(10);
    expect(page).toMatch(/51 to 60 of 60/);
    expect(titles(await browser.page('/servers?page=99'))).toHaveLength(10);
    for (const strange of ['0', '-1', 'x', '1e9', '1.5']) {
      expect(titles(await browser.page(`/servers?page=${strange}`)).length).toBeGreaterThan(0);
    }
  });

  test.each([
    ['outcome=invalid', ['acme/s01']],
    ['cause=declared', ['acme/s02']],
    ['cause=drift', []],
    ['text=S05', ['acme/s05']],
    [`text=${a}`, ['acme/s00']],
    ['text=nmae', ['acme/s01']],
    ['connection=globex', []],
    ['gateway=none', []],
    ['outcome=none', []],
    [
      'connection=acme&text=s1&outcome=inSync&gateway=barndoor',
      ids.slice(10, 20).map((_, i) => `acme/s1${i}`),
    ],
  ])('are filtered by %s', async (query, expected) => {
    expect(titles(await browser.page(`/servers?${query}`))).toEqual(expected);
  });

  test('of a page take less than 25 KB, and so does every other page', async () => {
    for (const path of ['/', '/servers', '/history', `/server?connection=acme&id=${c}`]) {
      expect((await browser.page(path)).length).toBeLessThan(25_000);
    }
  });

  test('keep their filters from page to page', async () => {
    const page = await browser.page('/servers?text=s&outcome=inSync');
    expect(page).toContain('/servers?outcome=inSync&amp;text=s&amp;page=2');
  });
});

test('live servers that are not declared are below the servers, with the command that imports them', async () => {
  await world.declare({ id: a, spec: { name: 'A' } });
  await world.pass();
  const page = await browser.page('/servers');
  expect(page).toMatch(
    /Not declared[\s\S]*acme: 59 live servers;\s+<code class="command">trueup import acme --stack trueup-test</,
  );
});

describe('a server', () => {
  const path = `/server?connection=acme&id=${a}`;

  beforeEach(async () => {
    await world.secrets.write('trueup/acme/app', 'CanaryInTheCoalMine');
    await world.declare({
      id: a,
      label: 'first',
      spec: { name: 'A', client_id: 'app', client_secret: { secret: 'trueup/acme/app' } },
    });
    await world.pass();
    later();
  });

  test('has declared and last applied field by field, versions of secrets, and since when it is assumed', async () => {
    const page = await browser.page(path);
    expect(page).toContain('<h1>acme/first</h1>');
    expect(page).toMatch(/assumed since 20/);
    expect(page).toMatch(
      /<code>client_secret<\/code>[\s\S]*\[secret trueup\/acme\/app version \w{8}\][\s\S]*it cannot be read/,
    );
    expect(page).toMatch(/<code>name<\/code>[\s\S]*&quot;A&quot;/);
    expect(page).not.toContain('scope="col">Live');
    expect(page).toMatch(/by schedule, pass/);
  });

  test('shows live beside it on request, and what a pass would do', async () => {
    world.barndoor.edit(a, { name: 'Drifted' });
    world.callsSince();
    const page = await browser.page(`${path}&live=now`);
    expect(world.callsSince()).toMatchObject({ get: 1 });
    expect(page).toMatch(/scope="col">Live[\s\S]*&quot;Drifted&quot;/);
    expect(page).toMatch(
      /~ acme\/first  \(drift\)[\s\S]*name: &quot;Drifted&quot; -&gt; &quot;A&quot;/,
    );
    expect(world.barndoor.find(a).name).toBe('Drifted');
  });

  test('whose gateway does not answer shows the error, on request', async () => {
    world.barndoor.misbehave({ method: 'GET', times: 1, effect: { kind: 'status', status: 403 } });
    expect(await browser.page(`${path}&live=now`)).toMatch(/What a pass would do now[\s\S]*403/);
    world.barndoor.misbehave({ method: 'GET', effect: { kind: 'status', status: 401 } });
    const answer = await browser.get(`${path}&live=now`);
    expect([answer.status, await answer.text()]).toEqual([500, expect.stringMatching(/401/)]);
    expect(await browser.page(path)).toContain('acme/first');
  });

  test('that does not exist is not found', async () => {
    for (const other of [
      '/server',
      '/server?connection=acme',
      `/server?connection=none&id=${a}`,
      '/server?connection=acme&id=none',
    ]) {
      expect((await browser.get(other)).status).toBe(404);
    }
  });
});
