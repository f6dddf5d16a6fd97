/**
 * Measures how Trueup fares with many connections, and writes docs/scale.md, its plots and docs/scale/results.json.
 * `--render` makes page and plots from the results that are there. On a busy machine nothing is written: results go to
 * standard output.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus, loadavg } from 'node:os';
import { join, resolve } from 'node:path';
import { format } from 'prettier';
import { fullSizes, measureAll } from './measure.ts';
import { renderPage } from './page/page.ts';
import { plotsOf } from './page/plots.ts';
import type { About, Results } from './results.types.ts';

const root = resolve(import.meta.dirname, '../..');
const folder = join(root, 'docs/scale');
const file = join(folder, 'results.json');

/** Above this share of its processors a machine is busy. */
const busyAbove = 0.5;

function aboutNow(): Omit<About, 'minutes'> {
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    version: string;
  };
  const git = (...args: readonly string[]) =>
    execFileSync('git', args, { cwd: root, encoding: 'utf8' }).trim();
  const isChanged = git('status', '--porcelain', '--untracked-files=no') !== '';
  const [load = 0] = loadavg();
  return {
    version,
    node: process.version,
    commit: git('rev-parse', '--short=10', 'HEAD') + (isChanged ? ' and changes' : ''),
    at: new Date().toISOString(),
    machine: cpus()[0]?.model.trim() || process.arch,
    processors: availableParallelism(),
    load,
  };
}

function write(results: Results): Promise<void> {
  mkdirSync(folder, { recursive: true });
  writeFileSync(file, `${JSON.stringify(results)}\n`);
  return render();
}

/** Page and plots of the results that are there. */
async function render(): Promise<void> {
  const results = existsSync(file)
    ? (JSON.parse(readFileSync(file, 'utf8')) as Results)
    : undefined;
  for (const [name, svg] of Object.entries(results ? plotsOf(results) : {})) {
    writeFileSync(join(folder, name), svg);
  }
  const page = await format(renderPage(results), { parser: 'markdown' });
  writeFileSync(join(root, 'docs/scale.md'), page);
}

async function measure(): Promise<void> {
  const about = aboutNow();
  const { load, processors } = about;
  const isBusy = load > busyAbove * processors;
  const busy = `the machine is busy (load average ${load.toFixed(1)}, ${processors} processors): nothing is written\n`;
  if (isBusy) process.stderr.write(busy);
  const started = performance.now();
  const found = await measureAll(fullSizes);
  const minutes = (performance.now() - started) / 60_000;
  const results: Results = { about: { ...about, minutes }, ...found };
  if (isBusy) {
    process.stdout.write(`${JSON.stringify(results)}\n`);
    process.stderr.write(busy);
    process.exitCode = 1;
    return;
  }
  await write(results);
  process.stderr.write(`docs/scale.md is written, after ${minutes.toFixed(1)} minutes\n`);
}

if (process.argv.includes('--render')) await render();
else await measure();
