import { describe, expect, test } from '@jest/globals';
import type { BrowserContextOptions } from 'playwright-core';
import { forge, startComingAndGoing } from '../../test/support/coming-and-going.ts';
import { connection, startWorld } from '../../test/support/world.ts';
import { consoles, expectSound, small } from './consoles.ts';
import { fleetPaths, largeFleet } from './fleet.ts';
import { holdPlan, ids, startBusyWorld } from './world.ts';

const browser = consoles();

const [a = '', failing = ''] = ids;
const server = `/server?connection=${connection}&id=`;

/** Every page of a fleet in every look. */
const looks: readonly BrowserContextOptions[] = (['light', 'dark'] as const).flatMap(
  (colorScheme) => [1280, 320].map((width) => ({ colorScheme, viewport: { width, height: 800 } })),
);

describe.each(looks)('every page in %j', (look) => {
  test('of a fleet with a server in nearly every state is sound', async () => {
    await using parts = new AsyncDisposableStack();
    const world = parts.adopt(await startBusyWorld(), (one) => one.close());
    const digest = await holdPlan(world);
    const { page, goto } = await browser.opened(world, look);
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
      await expectSound(page, path);
    }
  });

  test('of servers that come and go is sound, and leads to the next', async () => {
    await using parts = new AsyncDisposableStack();
    const world = parts.adopt(await startComingAndGoing(), (one) => one.close());
    const { page, goto } = await browser.opened(world, look);
    for (const label of ['fresh', 'lost', 'leaving', 'created']) {
      await goto('/servers');
      await page.getByRole('link', { name: `${forge}/${label}` }).click();
      await page.getByRole('heading', { name: `${forge}/${label}` }).waitFor();
      await page.getByRole('button', { name: 'Read the gateway now' }).click();
      await page.getByText('What a pass would do now').waitFor();
      await expectSound(page);
      await page.getByRole('link', { name: `Pause ${forge}/${label}` }).click();
      await page.getByRole('heading', { name: `Pause ${forge}/${label}` }).waitFor();
      await expectSound(page);
    }
    for (const path of ['/', '/servers', '/plan?make=now', '/history']) {
      await goto(path);
      await expectSound(page, path);
    }
    await goto('/plan?make=now');
    expect(await page.locator('main').textContent()).toMatch(
      /Creates or deletes: 3 servers[^]*! forge\/leaving[^]*\+ forge\/fresh/,
    );
    await page
      .getByRole('link', { name: /^Approve/ })
      .first()
      .click();
    await page.getByRole('button', { name: 'Approve' }).click();
    await page.getByText(/Approved 8 changes of forge/).waitFor();
  });
});

test('10,000 servers: every page is sound, and less than 25 KB are transferred', async () => {
  const empty = await startWorld({}, { sqliteLedger: true });
  const fleet = await largeFleet(empty, { connections: 10, servers: 1000 });
  try {
    const { page, goto } = await browser.opened(fleet, small);
    await goto('/servers');
    expect(await page.locator('tbody tr').count()).toBe(50);
    expect(await page.locator('.pager').first().textContent()).toContain('1 to 50 of 10000');
    for (const path of fleetPaths) {
      const answered = page.waitForResponse((response) => response.url().endsWith(path));
      await goto(path);
      const { responseBodySize, responseHeadersSize } = await (await answered).request().sizes();
      expect([path, responseBodySize + responseHeadersSize < 25_000]).toEqual([path, true]);
      await expectSound(page, path);
    }
  } finally {
    await browser.endLast();
    fleet.close();
    await empty.close();
  }
});
