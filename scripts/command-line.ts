/**
 * The command line in the form of the package: bundled, in files that commands share and files of their own, so that a
 * command loads some fifty in place of 350. Names are kept, so that a stack trace can be read. The embedded world is left
 * out: its emulators are development dependencies.
 */
import { cpSync, mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { buildSync } from 'esbuild';
import type { BuildOptions } from 'esbuild';

const root = resolve(import.meta.dirname, '..');

/** Where `bin/trueup.mjs` looks for it, below the package's folder. */
export const commandLineFolder = 'dist/cli';

/** `demo` and `--local`: loaded in the repository only. */
const embeddedWorld = ['lib/cli/targets/local-target.ts', 'demo/demo.ts'];

/** Some packages are CommonJS and require modules of Node. */
const banner =
  "import { createRequire as requireFrom } from 'node:module'; const require = requireFrom(import.meta.url);";

export function commandLineOptions(outFolder: string): BuildOptions {
  return {
    entryPoints: [join(root, 'lib/cli/main.ts')],
    outdir: outFolder,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    splitting: true,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    mainFields: ['module', 'main'],
    external: embeddedWorld.map((path) => join(root, path)),
    alias: { 'node:http': join(root, 'scripts/node-http.cjs') },
    banner: { js: banner },
    logLevel: 'warning',
  };
}

/** Writes `main.mjs`, and what it imports. */
export function bundleCommandLine(outFolder: string, options: BuildOptions = {}): void {
  buildSync({ ...commandLineOptions(outFolder), ...options });
}

/** Lays out a folder like the package, with what the command line needs. @returns the program's path */
export function layOutProgram(folder: string, options: BuildOptions = {}): string {
  const program = join(folder, 'bin/trueup.mjs');
  mkdirSync(join(folder, 'bin'), { recursive: true });
  cpSync(join(root, 'bin/trueup.mjs'), program);
  bundleCommandLine(join(folder, commandLineFolder), options);
  return program;
}
