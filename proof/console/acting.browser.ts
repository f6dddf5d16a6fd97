import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { holdPlan, startBusyWorld } from './world.ts';
import type { TestWorld } from '../../test/support/world.ts';
import { connection } from '../../test/support/world.ts';
import { consoles, expectSound } from './consoles.ts';

const browser = consoles();
let world: TestWorld;

beforeEach(async () => {
  world = await startBusyWorld();
});

afterEach(() => world.close());

test('the keyboard alone filters, opens a server and pauses it', async () => {
  const { page, goto } = await browser.opened(world);
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
  const { page, goto } = await browser.opened(world, { javaScriptEnabled: false });
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

test('of two people who approve at once one does, and the other sees who did', async () => {
  const digest = await holdPlan(world);
  const people = await Promise.all(
    ['kim@laptop', 'lee@desk'].map((by) => browser.opened(world, {}, { caller: async () => by })),
  );
  for (const { goto } of people) {
    await goto(`/act?act=approve&connection=${connection}&digest=${digest}`);
  }
  for (const { page } of people) await page.getByRole('button', { name: 'Approve' }).click();
  const [kim, lee] = people;
  await kim?.page.getByText(/Approved 25 changes/).waitFor();
  await lee?.page.getByText(/Nothing was done/).waitFor();
  expect(await lee?.page.locator('main').textContent()).toMatch(/Approved\s.*\sby kim@laptop/);
  await expectSound(lee!.page);
  const acts = await world.deps.ledger.history(connection, {
    matches: ({ kind }) => kind === 'approve',
  });
  expect(acts).toHaveLength(1);
  // The browser notes the answer of 409.
  await browser.closeWith(lee!, 409);
});
