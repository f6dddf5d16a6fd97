import { consoleOn } from '../test/support/console.ts';
import type { Browser } from '../test/support/console.ts';
import { startWorld } from '../test/support/world.ts';
import { fleetPaths, largeFleet } from '../proof/console/fleet.ts';
import { main } from './harness/main.ts';
import type { Section } from './harness/section.ts';

const [connections, servers] = [10, 1000];
const times = 20;
const mostMs = 200;
const mostBytes = 25_000;

async function run(): Promise<Section> {
  const world = await startWorld({}, { sqliteLedger: true });
  const fleet = await largeFleet(world, { connections, servers });
  const browser = await consoleOn(fleet).open();
  const startedAt = performance.now();
  await browser.page('/');
  const first = performance.now() - startedAt;
  const measures = [];
  for (const path of fleetPaths) {
    const taken: number[] = [];
    // oxlint-disable-next-line no-await-in-loop
    const bytes = await transferred(browser, path);
    for (let index = 0; index < times; index += 1) {
      const from = performance.now();
      // oxlint-disable-next-line no-await-in-loop -- one at a time
      await browser.page(path);
      taken.push(performance.now() - from);
    }
    const median = taken.toSorted((a, b) => a - b)[times / 2] ?? Number.NaN;
    measures.push({
      what: `\`${path}\``,
      value: `${median.toFixed(1)} ms, ${(bytes / 1000).toFixed(1)} KB`,
      target: `≤ ${mostMs} ms, ≤ ${mostBytes / 1000} KB`,
      met: median <= mostMs && bytes <= mostBytes,
    });
  }
  fleet.close();
  await world.close();
  return {
    title: 'A page of the console',
    floor: `The median of ${times} requests for a page of ${(connections * servers).toLocaleString('en')} servers in ${connections} connections, from what was read in the last 15 seconds.`,
    measures: [
      ...measures,
      { what: 'the first page, which reads the tables in SQLite', value: `${first.toFixed(0)} ms` },
    ],
  };
}

/** What a browser is sent that has the style sheet and the script. */
async function transferred(browser: Browser, path: string): Promise<number> {
  const answer = await browser.get(path, { 'accept-encoding': 'gzip' });
  const headers = [...answer.headers].join('\r\n').length;
  return headers + (await answer.arrayBuffer()).byteLength;
}

await main(run);
