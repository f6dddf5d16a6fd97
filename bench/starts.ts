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
import { importTimes, processTimes } from './harness/processes.ts';
import { ratioMeasure, type Section } from './harness/section.ts';

const turns = 21;
const mostKib = 600;

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
        'For a function, the baseline is a new process that imports the bundle of an empty handler with the same SDK clients, made with the same options. A second baseline is bundled with the defaults of esbuild for Node (the CommonJS files of packages, nothing left out), minified. For the packed command line, the baseline is a Node process that does nothing.',
      measures: [
        ...functionNames.flatMap((name, index) => {
          const kib = statSync(fileOf(name)).size / 1024;
          return [
            ratioMeasure(`import of ${name}`, (own[index] ?? Number.NaN) / empty, 1.35),
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
      ],
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

await main(run);
