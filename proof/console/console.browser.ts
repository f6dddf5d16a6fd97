import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import axe from 'axe-core';
import type { AxeResults } from 'axe-core';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { serveConsole } from '../../lib/console/serve.ts';
import type { ServedConsole } from '../../lib/console/serve.ts';
import type { ConsoleWorld } from '../../lib/console/console.types.ts';
import { StoreError } from '../../lib/model/errors/store-error.ts';
import { worldOf } from '../../test/support/console.ts';
import { connection, startWorld } from '../../test/support/world.ts';
import type { TestWorld } from '../../test/support/world.ts';
import { openConsole, startChromium } from './chromium.ts';
import type { Opened } from './chromium.ts';
import { largeFleet } from './fleet.ts';
import { holdPlan, ids, startBusyWorld } from './world.ts';

let browser: Browser;
let world: TestWorld;
const open: Opened[] = [];
const consoles: ServedConsole[] = [];

beforeAll(async () => {
  browser = await startChromium();
});

afterAll(() => browser.close());

beforeEach(async () => {
  world = await startBusyWorld();
});

afterEach(async () => {
  expect(open.flatMap(({ faults }) => faults)).toEqual([]);
  await Promise.all(open.splice(0).map((one) => one.close()));
  await Promise.all(consoles.splice(0).map((one) => one.close()));
  await world.close();
});

const small = { viewport: { width: 320, height: 640 } };

async function opened(options: BrowserContextOptions = {}, own: Partial<ConsoleWorld> = {}) {
  const served = await serveConsole(worldOf(world, own), 0);
  consoles.push(served);
  const one = await openConsole(browser, served.address, options);
  open.push(one);
  return one;
}

async function violations(page: Page): Promise<readonly string[]> {
  await page.evaluate(axe.source);
  const { violations: found } = (await page.evaluate(
    '(globalThis.axe ?? window.axe).run(document, { resultTypes: ["violations"] })',
  )) as AxeResults;
  return found.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`);
}

const isTooWide = (page: Page) =>
  page.evaluate('document.scrollingElement.scrollWidth > document.scrollingElement.clientWidth');

const [a = '', failing = ''] = ids;
const server = `/server?connection=${connection}&id=`;

describe.each([
  ['light', 1280],
  ['dark', 1280],
  ['light', 320],
  ['dark', 320],
] as const)('every page, %s, %d pixels wide', (colorScheme, width) => {
  test('has no violation that axe finds, no width to scroll, and no status by colour alone', async () => {
    const digest = await holdPlan(world);
    const { page, goto } = await opened({ colorScheme, viewport: { width, height: 800 } });
    for (const path of [
      '/',
      '/servers',
      '/servers?outcome=none',
      '/servers?cause=drift',
      server + a,
      `${server}${failing}&live=now`,
      '/plan',
      '/plan?make=now',
      '/history',
      '/history?by=nobody',
      `/act?act=approve&connection=${connection}&digest=${digest}`,
      `/act?act=pause&connection=${connection}&id=${a}`,
      `/act?act=retry&connection=${connection}`,
      `/act?act=resume&connection=${connection}`,
      `/act?act=reconcile&connection=${connection}`,
    ]) {
      await goto(path);
      expect([path, await violations(page)]).toEqual([path, []]);
      expect([path, await isTooWide(page)]).toEqual([path, false]);
      const marks = await page.locator('.mark').allTextContents();
      for (const text of marks) expect(text).toMatch(/\S\s+\w/);
    }
  });
});

test('the keyboard alone filters, opens a server and pauses it', async () => {
  const { page, goto } = await opened();
  await goto('/servers');
  await page.keyboard.press('Tab');
  expect(await page.locator(':focus').textContent()).toBe('Skip to the content');
  await page.keyboard.press('Enter');
  const focused = () =>
    page
      .locator(':focus')
      .evaluate((one) => `${one.tagName} ${one.getAttribute('name') ?? one.textContent?.trim()}`);
  const tabTo = async (wanted: string) => {
    for (let presses = 0; presses < 60; presses += 1) {
      await page.keyboard.press('Tab');
      if ((await focused()) === wanted) return;
    }
    throw new Error(`the keyboard does not reach ${wanted}`);
  };
  await tabTo('INPUT text');
  await page.keyboard.type('team-7');
  await page.keyboard.press('Enter');
  await page.waitForURL(/text=team-7/);
  await tabTo('A acme/team-7');
  await page.keyboard.press('Enter');
  await page.waitForURL(/\/server\?/);
  await tabTo('A Pause');
  await page.keyboard.press('Enter');
  await page.waitForURL(/\/act\?/);
  await tabTo('INPUT reason');
  await page.keyboard.type('by keyboard');
  await page.keyboard.press('Enter');
  await page.getByText('Paused').first().waitFor();
  expect(await world.deps.ledger.pauses(connection)).toContainEqual(
    expect.objectContaining({ reason: 'by keyboard' }),
  );
});

test('without JavaScript filters, pages and forms work', async () => {
  const { page, goto } = await opened({ javaScriptEnabled: false });
  await goto('/servers');
  await page.getByLabel('Text').fill('team-1');
  await page.getByRole('button', { name: 'Filter' }).click();
  expect(await page.locator('tbody tr').count()).toBe(11);
  await goto('/');
  await page.getByRole('link', { name: `Pause ${connection}` }).click();
  await page.getByLabel('Why').fill('no script');
  await page.getByLabel('For how long').selectOption('4h');
  await page.getByRole('button', { name: 'Pause' }).click();
  expect(await page.locator('main').textContent()).toContain(`Paused ${connection} until`);
  await goto('/');
  expect(await page.locator('main').textContent()).toContain('no script');
});

test('a page that is seen refreshes what changed, and leaves what has the focus', async () => {
  const { page, goto } = await opened();
  await page.clock.install();
  await goto('/servers');
  const tick = async () => {
    world.clock.advance(16_000);
    const answered = page.waitForResponse((response) => response.url().includes('/servers'));
    await page.clock.runFor(15_000);
    return (await answered).status();
  };
  expect(await tick()).toBe(200);
  expect(await tick()).toBe(304);
  await page.getByLabel('Text').fill('half typed');
  await world.deps.ledger.pause(connection, {
    at: new Date(world.clock.now()).toISOString(),
    by: 'lee',
  });
  expect(await tick()).toBe(200);
  await page.getByText('paused since').first().waitFor();
  expect(await page.getByLabel('Text').inputValue()).toBe('half typed');
});

test('a session that has ended says so, and nothing is shown any more', async () => {
  const one = await opened();
  await one.page.clock.install();
  await one.goto('/servers');
  await one.page.context().clearCookies();
  world.clock.advance(16_000);
  await one.page.clock.runFor(15_000);
  await one.page.getByText('This session has ended').waitFor();
  expect(await one.page.locator('tbody tr').count()).toBeGreaterThan(0);
  await one.goto('/servers');
  expect(await one.page.locator('body').textContent()).toMatch(/^No session/);
  // The browser notes each answer of 401.
  expect(one.faults.every((text) => text.includes('401'))).toBe(true);
  open.splice(open.indexOf(one), 1);
  await one.close();
});

test('a console that has ended says so on the page that is open', async () => {
  const one = await opened();
  await one.page.clock.install();
  await one.goto('/servers');
  await consoles.pop()?.close();
  await one.page.clock.runFor(15_000);
  await one.page.getByText('The console does not answer').waitFor();
  open.splice(open.indexOf(one), 1);
  await one.close();
});

test('of two people who approve at once one does, and the other sees who did', async () => {
  const digest = await holdPlan(world);
  const people = await Promise.all(
    ['kim@laptop', 'lee@desk'].map((by) => opened({}, { caller: async () => by })),
  );
  for (const { goto } of people) {
    await goto(`/act?act=approve&connection=${connection}&digest=${digest}`);
  }
  for (const { page } of people) await page.getByRole('button', { name: 'Approve' }).click();
  const [kim, lee] = people;
  await kim?.page.getByText(/Approved 25 changes/).waitFor();
  await lee?.page.getByText(/Nothing was done/).waitFor();
  expect(await lee?.page.locator('main').textContent()).toMatch(/Approved\s.*\sby kim@laptop/);
  expect(await violations(lee!.page)).toEqual([]);
  const acts = await world.deps.ledger.history(connection, {
    matches: ({ kind }) => kind === 'approve',
  });
  expect(acts).toHaveLength(1);
  // The browser notes the answer of 409.
  expect(lee?.faults.every((text) => text.includes('409'))).toBe(true);
  open.splice(open.indexOf(lee!), 1);
  await lee?.close();
});

test('a table that cannot be read leaves what is known, and since when', async () => {
  let isDown = false;
  const { target, ...rest } = worldOf(world);
  const { page, goto } = await opened(small, {
    ...rest,
    target: async () => {
      if (isDown) throw new StoreError('store-unavailable', 'Query: DynamoDB does not answer');
      return target();
    },
  });
  await goto('/');
  isDown = true;
  world.clock.advance(16_000);
  for (const path of ['/', '/servers']) {
    await goto(path);
    await page
      .getByText(/cannot be read since/)
      .first()
      .waitFor();
    expect(await page.locator('main').textContent()).toContain(connection);
    expect(await violations(page)).toEqual([]);
    expect(await isTooWide(page)).toBe(false);
  }
});

test('10,000 servers are shown fifty a page, what fails first, in less than 25 KB', async () => {
  const empty = await startWorld({}, { sqliteLedger: true });
  const fleet = await largeFleet(empty, { connections: 10, servers: 1000 });
  try {
    const served = await serveConsole(worldOf(fleet), 0);
    consoles.push(served);
    const one = await openConsole(browser, served.address, small);
    open.push(one);
    const { page, goto } = one;
    await goto('/servers');
    expect(await page.locator('tbody tr').count()).toBe(50);
    expect(await page.locator('.pager').first().textContent()).toContain('1 to 50 of 10000');
    expect(await violations(page)).toEqual([]);
    for (const path of [
      '/',
      '/servers',
      '/servers?page=200',
      '/servers?text=server-7&outcome=inSync',
    ]) {
      const answer = page.waitForResponse((response) => response.url().endsWith(path));
      await goto(path);
      expect((await (await answer).body()).length).toBeLessThan(25_000);
      expect(await isTooWide(page)).toBe(false);
    }
  } finally {
    await Promise.all(consoles.splice(0).map((served) => served.close()));
    fleet.close();
    await empty.close();
  }
});
