/**
 * What the package holds, in `dist`, which mirrors the repository: JavaScript and types of `lib` and `functions`, each
 * function's bundle in `functions/<name>`, the documents that the simulators read, and the events that the demo begins with.
 */
import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { bundleFunction, functionNames } from '../lib/infra/bundle.ts';

const root = resolve(import.meta.dirname, '..');
const dist = join(root, 'dist');

function compile(): void {
  const tsc = join(root, 'node_modules/typescript/bin/tsc');
  const { status } = spawnSync(process.execPath, [tsc, '-p', 'tsconfig.build.json'], {
    cwd: root,
    stdio: 'inherit',
  });
  if (status !== 0) throw new Error('tsc failed');
}

/** The command line as a program: what Node strips from TypeScript needs no such line. */
function makeProgram(path: string): void {
  const text = readFileSync(path, 'utf8');
  if (!text.startsWith('#!')) writeFileSync(path, `#!/usr/bin/env node\n${text}`);
  chmodSync(path, 0o755);
}

rmSync(dist, { recursive: true, force: true });
compile();
for (const name of functionNames) bundleFunction(name, join(dist, 'functions', name));
for (const folder of ['lib/local/openapi', 'events']) {
  cpSync(join(root, folder), join(dist, folder), { recursive: true });
}
makeProgram(join(dist, 'lib/cli/main.js'));
