/**
 * Holds counts of a fixed set of scenarios, and the size of each bundle, against bench/counts.json: fails if one grew
 * without the file being changed on purpose. `--write` writes it again.
 */
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundleFunction, bundleName, functionNames } from '../lib/infra/functions/bundle.ts';
import { rowToPut, rowToPutTarget } from './harness/row-to-put.ts';
import { countScenarios } from './harness/scenarios.ts';
import { startBenchWorld } from './world/world.ts';

type Counts = Readonly<Record<string, number>>;

const file = join(import.meta.dirname, 'counts.json');

/** One line a figure: `100 servers in sync / list`. */
function flat(value: object, path = ''): [string, number][] {
  return Object.entries(value).flatMap(([key, member]: [string, unknown]) => {
    const place = path === '' ? key : `${path} / ${key}`;
    return typeof member === 'number' ? [[place, member]] : flat(member as object, place);
  });
}

/** In whole KiB, so that not every line of code is a change of the file. */
function bundleKib(): Counts {
  const folder = mkdtempSync(join(tmpdir(), 'trueup-counts-'));
  try {
    return Object.fromEntries(
      functionNames.map((name) => {
        bundleFunction(name, join(folder, name));
        return [name, Math.ceil(statSync(join(folder, name, bundleName)).size / 1024)];
      }),
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function measureRowToPut() {
  const world = await startBenchWorld({ latencyMs: 0 });
  try {
    return await rowToPut(world, 'row-to-put');
  } finally {
    await world.close();
  }
}

const { ratio, ...rowCalls } = await measureRowToPut();
const found = {
  scenarios: await countScenarios(),
  'a stream record to its PUT': rowCalls,
  bundleKib: bundleKib(),
};
// Whatever the file says: writing it again does not change the target.
if (ratio > rowToPutTarget) {
  const said = `${ratio.toFixed(2)} times the unavoidable calls, at most ${rowToPutTarget}`;
  process.stderr.write(`a stream record to its PUT: ${said}\n`);
  process.exitCode = 1;
}
if (process.argv.includes('--write')) {
  writeFileSync(file, `${JSON.stringify(found, undefined, 2)}\n`);
  process.stdout.write('counts: written\n');
} else {
  const known = new Map(flat(JSON.parse(readFileSync(file, 'utf8')) as object));
  const now = flat(found);
  const grown = now.filter(([name, count]) => count > (known.get(name) ?? 0));
  const shrunk = [...known].filter(([name, count]) => count > (new Map(now).get(name) ?? 0));
  for (const [name, count] of grown) {
    process.stderr.write(`${name}: ${count}, was ${known.get(name) ?? 0}\n`);
  }
  for (const [name, count] of shrunk) {
    process.stdout.write(`${name}: ${new Map(now).get(name) ?? 0}, was ${count}: less\n`);
  }
  process.stdout.write(
    `counts: ${now.length} figures, ${grown.length} grew, ${shrunk.length} less\n`,
  );
  if (grown.length > 0) {
    process.stderr.write('if that is meant: npm run bench:counts -- --write, and say why\n');
    process.exitCode = 1;
  }
}
