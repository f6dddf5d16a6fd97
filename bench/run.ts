/**
 * Runs every benchmark in a process of its own, and writes docs/performance.md from what they found. Arguments choose
 * some of them by name; then nothing is written.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { availableParallelism, loadavg } from 'node:os';
import { readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { format } from 'prettier';
import { renderDocument } from './harness/render.ts';
import type { Section } from './harness/section.ts';

const root = resolve(import.meta.dirname, '..');
const document = resolve(root, 'docs/performance.md');

/** In the order of the document, each with Node's own arguments. */
const benchmarks: Readonly<Record<string, readonly string[]>> = {
  'in-sync': [],
  connections: [],
  changes: [],
  rotation: [],
  'plan-fleet': ['--expose-gc', '--max-old-space-size=4096'],
  stream: [],
  starts: [],
  'own-cpu': [],
  'vendor-texts': [],
  console: [],
  heap: [],
  growth: [],
};

async function run(name: string): Promise<Section> {
  const child = fork(resolve(import.meta.dirname, `${name}.ts`), {
    execArgv: [...(benchmarks[name] ?? [])],
  });
  const { promise, resolve: found } = Promise.withResolvers<Section>();
  child.once('message', (section: Section) => found(section));
  const ended = once(child, 'exit').then(([code]) => {
    throw new Error(`${name} ended with ${code}`);
  });
  const section = await Promise.race([promise, ended]);
  ended.catch(() => undefined);
  if (child.connected) child.disconnect();
  return section;
}

const at = new Date();
const [load = 0] = loadavg();
const wanted = process.argv.slice(2);
const sections: Section[] = [];
for (const name of wanted.length > 0 ? wanted : Object.keys(benchmarks)) {
  process.stderr.write(`${name}\n`);
  // oxlint-disable-next-line no-await-in-loop -- side by side they would measure each other
  sections.push(await run(name));
}
const { version } = JSON.parse(readFileSync(resolve(root, 'package.json'), 'utf8')) as {
  version: string;
};
const text = await format(
  renderDocument(sections, {
    version,
    node: process.version,
    at,
    load,
    processors: availableParallelism(),
  }),
  { parser: 'markdown' },
);
process.stdout.write(text);
if (load > availableParallelism()) {
  process.stderr.write(
    'The machine was busy: its load was above its number of processors. Not written\n',
  );
} else if (wanted.length === 0) writeFileSync(document, text);
