import { consoleOn } from '../test/support/console.ts';
import { startWorld } from '../test/support/world.ts';
import { largeFleet } from '../proof/console/fleet.ts';
import { main } from './harness/main.ts';
import type { Section } from './harness/section.ts';

const [connections, servers] = [10, 1000];
const times = 20;
const mostMs = 200;

const paths = [
  '/',
  '/servers',
  '/servers?page=200',
  '/servers?text=server-7&outcome=inSync',
  '/servers?connection=acme-03&outcome=failed',
] as const;

async function run(): Promise<Section> {
  const world = await startWorld({}, { sqliteLedger: true });
  const fleet = await largeFleet(world, { connections, servers });
  const browser = await consoleOn(fleet).open();
  const startedAt = performance.now();
  await browser.page('/');
  const first = performance.now() - startedAt;
  const measures = [];
  for (const path of paths) {
    const taken: number[] = [];
    for (let index = 0; index < times; index += 1) {
      const from = performance.now();
      // oxlint-disable-next-line no-await-in-loop -- one at a time
      await browser.page(path);
      taken.push(performance.now() - from);
    }
    const median = taken.toSorted((a, b) => a - b)[times / 2] ?? Number.NaN;
    measures.push({
      what: `\`${path}\``,
      value: `${median.toFixed(1)} ms`,
      target: `≤ ${mostMs} ms`,
      met: median <= mostMs,
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

await main(run);
