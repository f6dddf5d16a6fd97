/**
 * Writes the contents of the package, in `dist`: JavaScript and types of the construct in `lib/infra`, as in the repository; each
 * function's bundle in `functions/<name>`; the command line in `cli`; and the licences of what is bundled.
 */
import { spawnSync } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { bundleFunction, functionNames } from '../lib/infra/functions/bundle.ts';
import { licences } from './bundled-packages.ts';
import { bundleCommandLine, commandLineFolder } from './command-line.ts';

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

rmSync(dist, { recursive: true, force: true });
compile();
for (const name of functionNames) bundleFunction(name, join(dist, 'functions', name));
bundleCommandLine(join(root, commandLineFolder));
writeFileSync(join(dist, 'licences.txt'), licences());
