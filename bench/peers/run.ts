/**
 * Trueup beside a bare process and OpenTofu: `npm run bench:peers`. Needs Linux, bash and Go on the PATH, and builds OpenTofu
 * once. Writes bench/results/benchmark.json and the page; on a busy machine, or with an option, it only prints the page,
 * except where there are no figures yet. `--render` writes the page from the file without a run.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus, loadavg, totalmem } from 'node:os';
import { dirname, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { format, resolveConfig } from 'prettier';
import { goVersion } from './build.ts';
import { compare } from './compare.ts';
import { isBusy, type Figures } from './figures.ts';
import { openTofu } from './opentofu.ts';
import { renderBenchmark } from './render.ts';
import { targets } from './targets.ts';

const root = resolve(import.meta.dirname, '../..');
const results = resolve(root, 'bench/results/benchmark.json');
const page = resolve(root, 'docs/benchmark.md');

const defaults = { servers: '1000,10000', runs: '5,3' };
const latencyMs = 50;
const slowMs = 60_000;

function git(...argv: readonly string[]): string {
  return spawnSync('git', argv, { cwd: root, encoding: 'utf8' }).stdout.trim();
}

function commit(): string {
  const measured = ['lib', 'bench', 'bin', 'scripts', 'package-lock.json'];
  const isChanged = git('status', '--porcelain', '--', ...measured) !== '';
  return `${git('rev-parse', '--short=10', 'HEAD')}${isChanged ? ' with changes' : ''}`;
}

function numbers(text: string, option: string): readonly number[] {
  const list = text.split(',').map(Number);
  if (list.every((number) => Number.isInteger(number) && number > 0)) return list;
  throw new RangeError(`--${option} takes whole numbers, separated by commas`);
}

async function measure(
  options: Readonly<Record<'servers' | 'runs', string>>,
  go: string,
): Promise<Figures> {
  const runs = numbers(options.runs, 'runs');
  const fleets = numbers(options.servers, 'servers').map((servers, index) => ({
    servers,
    runs: runs[Math.min(index, runs.length - 1)] ?? 1,
  }));
  const peers = [openTofu()];
  const [load = 0] = loadavg();
  const at = new Date();
  const compared = await compare({
    fleets,
    latencyMs,
    slowMs,
    peers,
    onStep: (text) => process.stderr.write(`${new Date().toISOString().slice(11, 19)} ${text}\n`),
  });
  return {
    at: at.toISOString(),
    commit: commit(),
    node: process.version,
    go,
    machine: {
      processor: cpus()[0]?.model ?? 'unknown',
      processors: availableParallelism(),
      memoryBytes: totalmem(),
      load,
    },
    latencyMs,
    slowMs,
    tookMs: Date.now() - at.getTime(),
    ...compared,
  };
}

const render = (figures: Figures) => format(renderBenchmark(figures), { parser: 'markdown' });

const write = async (figures: Figures) => {
  mkdirSync(dirname(results), { recursive: true });
  const style = await resolveConfig(results);
  writeFileSync(results, await format(JSON.stringify(figures), { ...style, parser: 'json' }));
  writeFileSync(page, await render(figures));
};

async function run(options: Readonly<Record<'servers' | 'runs', string>>, go: string) {
  const figures = await measure(options, go);
  process.stdout.write(await render(figures));
  const isWhole = options.servers === defaults.servers && options.runs === defaults.runs;
  if ((isWhole && !isBusy(figures)) || !existsSync(results)) await write(figures);
  else process.stderr.write('Nothing was written: options were given, or the machine was busy\n');
  if (targets(figures).some(({ met }) => met === false)) process.exitCode = 1;
}

const { values } = parseArgs({
  options: {
    servers: { type: 'string', default: defaults.servers },
    runs: { type: 'string', default: defaults.runs },
    render: { type: 'boolean', default: false },
  },
});
const go = goVersion();
if (values.render) {
  await write(JSON.parse(readFileSync(results, 'utf8')) as Figures);
} else if (process.platform !== 'linux') {
  process.stderr.write('bench:peers reads from /proc what processes take: it needs Linux\n');
  process.exitCode = 1;
} else if (go === undefined) {
  process.stderr.write(
    'bench:peers builds what it compares with, and there is no Go on the PATH\n',
  );
  process.exitCode = 1;
} else {
  await run(values, go);
}
