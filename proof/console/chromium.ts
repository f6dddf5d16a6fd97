import { existsSync } from 'node:fs';
import { chromium } from 'playwright-core';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';

const usual = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/** Starts the Chromium that `CHROME_PATH` names, or that a distribution installs. */
export function startChromium(): Promise<Browser> {
  const executablePath = process.env['CHROME_PATH'] ?? usual.find((path) => existsSync(path));
  if (executablePath === undefined) {
    throw new Error(
      'no Chromium: set CHROME_PATH, or install it (Debian: apt-get install chromium)',
    );
  }
  // Root, as in a CI, has no sandbox.
  return chromium.launch({ executablePath, args: ['--no-sandbox'] });
}

/** A page of a session of its own, and what went wrong in it. */
export interface Opened {
  readonly page: Page;
  readonly goto: (path: string) => Promise<void>;
  /** Errors of scripts and of the policy, and requests to any other host. */
  readonly faults: readonly string[];
  readonly close: () => Promise<void>;
}

/** Opens a console by its address. */
export async function openConsole(
  browser: Browser,
  address: string,
  options: BrowserContextOptions = {},
): Promise<Opened> {
  const { origin } = new URL(address);
  const context = await browser.newContext(options);
  const page = await context.newPage();
  const faults: string[] = [];
  page.on('pageerror', (error) => faults.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') faults.push(message.text());
  });
  page.on('request', (request) => {
    if (!request.url().startsWith(`${origin}/`)) faults.push(`request to ${request.url()}`);
  });
  await page.goto(address);
  return {
    page,
    faults,
    goto: async (path) => {
      await page.goto(origin + path);
    },
    close: () => context.close(),
  };
}
