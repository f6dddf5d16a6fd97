import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { startBusyWorld } from './world.ts';
import type { TestWorld } from '../../test/support/world.ts';
import { connection } from '../../test/support/world.ts';
import { StoreError } from '../../lib/model/errors/store-error.ts';
import { worldOf } from '../../test/support/console.ts';
import { consoles, expectSound, small } from './consoles.ts';

const browser = consoles();
let world: TestWorld;

beforeEach(async () => {
  world = await startBusyWorld();
});

afterEach(() => world.close());

test('a page that is seen refreshes what changed, and leaves what has the focus', async () => {
  const { page, goto } = await browser.opened(world);
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
  const one = await browser.opened(world);
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
  await browser.closeWith(one, 401);
});

test('a console that has ended says so on the page that is open', async () => {
  const one = await browser.opened(world);
  await one.page.clock.install();
  await one.goto('/servers');
  await browser.endLast();
  await one.page.clock.runFor(15_000);
  await one.page.getByText('The console does not answer').waitFor();
  // The browser notes each request in vain, in its own words.
  await browser.closeWith(one, undefined);
});

test('a table that cannot be read leaves what is known, and since when', async () => {
  let isDown = false;
  const { target, ...rest } = worldOf(world);
  const { page, goto } = await browser.opened(world, small, {
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
    await expectSound(page);
  }
});
