import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildSync } from 'esbuild';
import {
  bundleFile,
  bundleFunction,
  bundleName,
  functionNames,
} from '../lib/infra/functions/bundle.ts';
import { layOutProgram } from '../scripts/command-line.ts';
import { main } from './harness/main.ts';
import type { ColdPass } from './cold-pass.ts';
import { medianOf } from './harness/alternate.ts';
import { importTimes, nodeOutput, processTimes } from './harness/processes.ts';
import { ratioMeasure, type Measure, type Section } from './harness/section.ts';
import { startBenchWorld } from './world/world.ts';

const turns = 21;
const mostKib = 600;
/** A guard against growth. A function adds to the empty handler mostly text that V8 reads, zod's schemas and Powertools. */
const mostImport = 1.8;
const cold = { servers: 100, processes: 7, warmPasses: 9, most: 2.5 };

/** As most functions are bundled. */
function bundleByDefault(entry: string, outFolder: string): void {
  buildSync({
    entryPoints: [entry],
    outfile: join(outFolder, bundleName),
    bundle: true,
    platform: 'node',
    target: 'node24',
    minify: true,
    logLevel: 'warning',
  });
  writeFileSync(join(outFolder, 'package.json'), '{ "type": "commonjs" }\n');
}

/** The first pass of new processes against their later ones. */
async function coldPass(folder: string): Promise<Measure> {
  bundleFile(join(import.meta.dirname, 'cold-pass.ts'), folder);
  const connection = 'cold';
  const world = await startBenchWorld();
  try {
    await world.connect(connection, cold.servers);
    const { endpoints } = world;
    const { warmPasses } = cold;
    const given: ColdPass = { settings: world.settings(), endpoints, connection, warmPasses };
    const ratios = Array.from({ length: cold.processes }, () => {
      const printed = nodeOutput([join(folder, bundleName), JSON.stringify(given)]);
      const [first = Number.NaN, ...later] = JSON.parse(printed) as number[];
      return first / medianOf(later);
    });
    const what = `first pass of a new process over ${cold.servers} servers, wall time`;
    return ratioMeasure(what, medianOf(ratios), cold.most);
  } finally {
    await world.close();
  }
}

async function run(): Promise<Section> {
  const folder = mkdtempSync(join(tmpdir(), 'trueup-bundles-'));
  try {
    const emptyHandler = join(import.meta.dirname, 'empty-handler.ts');
    bundleFile(emptyHandler, join(folder, 'empty'));
    bundleByDefault(emptyHandler, join(folder, 'default'));
    for (const name of functionNames) bundleFunction(name, join(folder, name));
    const fileOf = (name: string) => join(folder, name, bundleName);
    const [empty = Number.NaN, byDefault = Number.NaN, ...own] = importTimes(
      ['empty', 'default', ...functionNames].map(fileOf),
      turns,
    );
    const cli = layOutProgram(join(folder, 'trueup'));
    const [bare = Number.NaN, help = Number.NaN] = processTimes(
      [
        ['--eval', '0'],
        [cli, '--help'],
      ],
      turns,
    );
    return {
      title: 'Starts',
      floor:
        'For a function, the baseline is a new process that imports the bundle of an empty handler with the same SDK clients, made with the same options. A second baseline is bundled with the defaults of esbuild for Node (the CommonJS files of packages, nothing left out), minified. For the packed command line, the baseline is a Node process that does nothing. For the first pass of a new process, which makes clients and connections and reads the keys, the baseline is the median of the following passes of the same process, at a gateway that adds 50 ms.',
      measures: [
        ...functionNames.flatMap((name, index) => {
          const kib = statSync(fileOf(name)).size / 1024;
          return [
            ratioMeasure(`import of ${name}`, (own[index] ?? Number.NaN) / empty, mostImport),
            {
              what: `import of ${name}, against the empty handler bundled by default`,
              value: `${((own[index] ?? Number.NaN) / byDefault).toFixed(2)} ×`,
            },
            {
              what: `bundle of ${name}`,
              value: `${kib.toFixed(0)} KiB`,
              target: `≤ ${mostKib} KiB`,
              met: kib <= mostKib,
            },
          ];
        }),
        ratioMeasure('trueup --help', help / bare, 2),
        await coldPass(join(folder, 'cold-pass')),
      ],
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

await main(run);
