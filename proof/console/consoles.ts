import { afterAll, afterEach, beforeAll, expect } from '@jest/globals';
import axe from 'axe-core';
import type { AxeResults } from 'axe-core';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import type { ConsoleWorld } from '../../lib/console/console.types.ts';
import { serveConsole } from '../../lib/console/serve.ts';
import type { ServedConsole } from '../../lib/console/serve.ts';
import { worldOf } from '../../test/support/console.ts';
import type { TestWorld } from '../../test/support/world.ts';
import { openConsole, startChromium } from './chromium.ts';
import type { Opened } from './chromium.ts';

export const small = { viewport: { width: 320, height: 640 } };

/** A browser for the tests of a file. After each test all that it opened is closed, and nothing may have gone wrong in a page. */
export function consoles() {
  let browser: Browser;
  const open: Opened[] = [];
  const served: ServedConsole[] = [];

  beforeAll(async () => {
    browser = await startChromium();
  });

  afterAll(() => browser.close());

  afterEach(async () => {
    const faults = open.flatMap((one) => one.faults);
    await Promise.all(open.splice(0).map((one) => one.close()));
    await Promise.all(served.splice(0).map((one) => one.close()));
    expect(faults).toEqual([]);
  });

  const openAt = async (address: string, options: BrowserContextOptions = {}) => {
    const one = await openConsole(browser, address, options);
    open.push(one);
    return one;
  };
  return {
    openAt,
    /** A session at a console of its own. */
    opened: async (
      world: Pick<TestWorld, 'deps' | 'clock'>,
      options: BrowserContextOptions = {},
      own: Partial<ConsoleWorld> = {},
    ) => {
      const one = await serveConsole(worldOf(world, own), 0);
      served.push(one);
      return openAt(one.address, options);
    },
    /** Ends the console that was opened last. */
    endLast: async () => served.pop()?.close(),
    /** Closes a page that has noted answers of this status, and nothing else. */
    closeWith: async (one: Opened, status: number | undefined) => {
      if (status !== undefined) {
        expect(one.faults.every((text) => text.includes(String(status)))).toBe(true);
      }
      open.splice(open.indexOf(one), 1);
      await one.close();
    },
  };
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

/** Axe finds no violation, nothing is wider than the window, and no status is shown by colour alone. */
export async function expectSound(page: Page, path = page.url()): Promise<void> {
  expect([path, await violations(page)]).toEqual([path, []]);
  expect([path, await isTooWide(page)]).toEqual([path, false]);
  for (const text of await page.locator('.mark').allTextContents()) {
    expect(text).toMatch(/\S\s+\w/);
  }
}
