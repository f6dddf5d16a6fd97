import { writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import type * as Esbuild from 'esbuild';

/** The functions, by the name of their file in `functions/`, which exports `handler`. */
export const functionNames = ['scheduled', 'stream', 'queued'] as const;

export type FunctionName = (typeof functionNames)[number];

/** Beside `lib`, in the repository and in `dist` alike. */
export const functionsFolder = resolve(import.meta.dirname, '../../functions');

/** Where the SDK would look for credentials that a function does not have: it imports them only there. */
const elsewhere = ['ini', 'login', 'process', 'sso', 'web-identity'].map(
  (name) => `@aws-sdk/credential-provider-${name}`,
);

/** In the folder of its own that each function has. Not `.cjs`: emulators of Lambda look for `.js` and `.mjs` only. */
export const bundleName = 'index.js';

/**
 * How a handler becomes one file with its own SDK, small enough to start fast. It is a CommonJS module: to an ES module that
 * names `node:http` Node shows all that is in it, and so wakes its own fetch, a quarter of a start. Its source map lies beside
 * it, without the sources, and Node does not read it. Names of classes are lost: errors that logs name say theirs. The type
 * is inferred: in the package nobody has esbuild's.
 */
export function bundleOptions(entry: string, outFolder: string) {
  return {
    entryPoints: [entry],
    outfile: join(outFolder, bundleName),
    bundle: true,
    platform: 'node' as const,
    target: 'node24',
    format: 'cjs' as const,
    mainFields: ['module', 'main'],
    minify: true,
    external: [...elsewhere],
    sourcemap: 'external' as const,
    sourcesContent: false,
    logLevel: 'warning' as const,
  };
}

/** Writes `index.js`, `index.js.map` and a `package.json` into the folder. Needs esbuild, which only the repository has. */
export function bundleFunction(name: FunctionName, outFolder: string): void {
  bundleFile(join(functionsFolder, `${name}.ts`), outFolder);
}

/** The same of any file. */
export function bundleFile(entry: string, outFolder: string): void {
  const require = createRequire(import.meta.url);
  const { buildSync } = require('esbuild') as typeof Esbuild;
  buildSync(bundleOptions(entry, outFolder));
  // Whatever package the folder comes to lie in.
  writeFileSync(join(outFolder, 'package.json'), '{ "type": "commonjs" }\n');
}
