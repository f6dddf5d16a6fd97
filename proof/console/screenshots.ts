/** `node proof/console/screenshots.ts`: the pictures of docs/console.md, of a real console on a world with a server in nearly every state. */
import { join, resolve } from 'node:path';
import { serveConsole } from '../../lib/console/serve.ts';
import { worldOf } from '../../test/support/console.ts';
import { openConsole, startChromium } from './chromium.ts';
import { holdPlan, startBusyWorld } from './world.ts';

const folder = resolve(import.meta.dirname, '../../docs/pictures');

const world = await startBusyWorld();
await holdPlan(world);
const browser = await startChromium();
const served = await serveConsole(worldOf(world, { name: 'stack trueup-prod' }), 0);
const viewport = { width: 860, height: 560 };
const { page, goto } = await openConsole(browser, served.address, { viewport });
const pictures = {
  'console-fleet': '/',
  'console-servers': '/servers',
} as const;
for (const [name, path] of Object.entries(pictures)) {
  // oxlint-disable-next-line no-await-in-loop -- one page
  await goto(path);
  // oxlint-disable-next-line no-await-in-loop
  await page.screenshot({ path: join(folder, `${name}.png`) });
}
await browser.close();
await served.close();
await world.close();
