import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { canariesOf, core, found } from '../support/canaries.ts';
import { consoleOn, formIn } from '../support/console.ts';
import type { Browser } from '../support/console.ts';
import { connection, serverIds, startWorld } from '../support/world.ts';
import type { TestWorld } from '../support/world.ts';

const ids = serverIds(12);
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

/** Every page and form that links of the first pages lead to, and what the forms answer. */
async function everyPage(): Promise<ReadonlyMap<string, string>> {
  const pages = new Map<string, string>();
  const next = ['/', '/plan?make=now', `/server?connection=acme&id=${a}&live=now`, '/none'];
  for (let path = next.shift(); path !== undefined; path = next.shift()) {
    if (pages.has(path)) continue;
    const text = await (await browser.get(path)).text();
    pages.set(path, text);
    for (const [, href = ''] of text.matchAll(/href="(\/[^"]*)"/g)) {
      next.push(href.replaceAll('&amp;', '&'));
    }
  }
  for (const [path, text] of pages) {
    if (!path.startsWith('/act?') || !text.includes('<form')) continue;
    const answer = await browser.post({ ...formIn(text), reason: 'looked at' });
    pages.set(`POST ${path}`, await answer.text());
  }
  return pages;
}

test('no page and no answer holds a secret, in any spelling', async () => {
  await world.secrets.write('trueup/acme/app', JSON.stringify({ client_secret: `${core}-one` }));
  await world.secrets.write('trueup/acme/other', `${core}-two`);
  const secret = { secret: 'trueup/acme/app', key: 'client_secret' };
  await world.declare(
    { id: a, label: 'first', spec: { name: 'A', client_id: 'app', client_secret: secret } },
    { id: b, label: 'literal', spec: { name: 'B', client_secret: `${core}-in-the-row` } },
    { id: c, label: 'echoed', spec: { name: 'C', client_secret: { secret: 'trueup/acme/other' } } },
  );
  // A gateway that says what it was sent.
  world.barndoor.misbehave({
    method: 'PUT',
    id: c,
    effect: { kind: 'status', status: 422, body: `client_secret ${core}-two is too short` },
  });
  await world.pass();
  await world.secrets.write('trueup/acme/app', JSON.stringify({ client_secret: `${core}-new` }));
  await world.pass();
  const pages = await everyPage();
  expect(pages.size).toBeGreaterThan(20);
  const text = [...pages.values()].join('\n');
  expect(text).toMatch(/422/);
  expect(found(text, canariesOf(world))).toEqual([]);
});

test('names and texts of vendors and users are escaped, wherever they are shown', async () => {
  const hostile = `<script>alert(1)</script>"'><img src=x onerror=alert(2)>`;
  await world.declare(
    ...ids.map((id, index) => ({
      id,
      label: `${hostile}${index}`,
      spec: { name: `${hostile}\u202e\u0001change\u0002x\u0003`, meta: { [hostile]: hostile } },
    })),
  );
  world.barndoor.edit(b, { name: hostile });
  await world.deps.ledger.pause(connection, {
    at: new Date().toISOString(),
    by: hostile,
    reason: hostile,
  });
  await world.deps.ledger.resume(connection, { at: new Date().toISOString(), by: hostile });
  await world.pass();
  await world.deps.ledger.pause(connection, {
    id: c,
    at: new Date().toISOString(),
    by: hostile,
    reason: hostile,
  });
  const pages = await everyPage();
  for (const path of [
    `/servers?text=${encodeURIComponent(hostile)}`,
    `/history?by=${encodeURIComponent(hostile)}&limit=100`,
    `/act?act=pause&connection=acme&id=${encodeURIComponent(hostile)}`,
  ]) {
    await browser
      .get(path)
      .then(async (answer) => expect(await answer.text()).not.toContain('<script>'));
  }
  for (const text of pages.values()) {
    expect(
      text.match(/<(script|img|svg|style|iframe|object|base|meta|link)\b[^>]*>/g)?.length ?? 0,
    ).toBeLessThan(9);
    expect(text).not.toMatch(/<script>|<img|onerror=alert\(2\)>|\p{Cc}(?<![\n])|\u202e/u);
    expect(text).not.toMatch(/\son\w+="|javascript:|\sstyle="/);
  }
  expect([...pages.values()].join('')).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
});

test('the script takes no more than 6 KB, and the style sheet less than a page', async () => {
  expect((await browser.page('/console.js')).length).toBeLessThan(6 * 1024);
  expect((await browser.page('/console.css')).length).toBeLessThan(6 * 1024);
  const { headers } = await browser.get('/console.css');
  expect(headers.get('cache-control')).toBe('private, max-age=3600');
});
