import { writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, parse, resolve } from 'node:path';
import type * as Esbuild from 'esbuild';

/** The functions, by the name of their file in `functions/`, which exports `handler`. */
export const functionNames = ['scheduled', 'stream', 'queued'] as const;

export type FunctionName = (typeof functionNames)[number];

/** Next to `lib`, both in the repository and in `dist`. */
export const functionsFolder = resolve(import.meta.dirname, '../../../functions');

/** Where the SDK looks for credentials that a function does not have. It imports these packages only for that. */
const elsewhere = ['ini', 'login', 'process', 'sso', 'web-identity'].map(
  (name) => `@aws-sdk/credential-provider-${name}`,
);

/**
 * What few functions need is a file of its own beside the bundle, read when it is imported. In one file with the rest it would
 * be read at each start, and whole: esbuild leaves out what is not used of a module only where it does not come by `import()`.
 * By the name of its import, which `imports` of package.json resolves.
 */
const beside = {
  '#ssm': { file: 'ssm', source: resolve(functionsFolder, '../lib/sign-in/saved/ssm.ts') },
} as const;

/** In each function's own folder. Not `.cjs`: emulators of Lambda look for `.js` and `.mjs` only. */
export const bundleName = 'index.js';

/**
 * How a handler becomes a file with its own SDK, small enough to start fast. It is a CommonJS module: for an ES module that
 * imports `node:http`, Node evaluates all of its exports and so loads its own fetch, a quarter of a start. The source map is
 * next to it, without the sources, and Node does not read it. Class names are lost, so errors that are logged set their own.
 * The type is inferred, because the package does not include esbuild's types.
 */
export function bundleOptions(entry: string, outFolder: string) {
  return {
    entryPoints: {
      [parse(bundleName).name]: entry,
      ...Object.fromEntries(Object.values(beside).map(({ file, source }) => [file, source])),
    },
    outdir: outFolder,
    bundle: true,
    platform: 'node' as const,
    target: 'node24',
    format: 'cjs' as const,
    mainFields: ['module', 'main'],
    minify: true,
    external: [...elsewhere, ...Object.keys(beside)],
    sourcemap: 'external' as const,
    sourcesContent: false,
    logLevel: 'warning' as const,
  };
}

/** Writes `index.js`, what is beside it, their source maps and a `package.json` into the folder. Needs esbuild, which only the repository has. */
export function bundleFunction(name: FunctionName, outFolder: string): void {
  bundleFile(join(functionsFolder, `${name}.ts`), outFolder);
}

/** The same for any file. */
export function bundleFile(entry: string, outFolder: string): void {
  const require = createRequire(import.meta.url);
  const { buildSync } = require('esbuild') as typeof Esbuild;
  buildSync(bundleOptions(entry, outFolder));
  // The folder may be inside a package of any type.
  const imports = Object.entries(beside).map(([name, { file }]) => [name, `./${file}.js`]);
  const contents = { type: 'commonjs', imports: Object.fromEntries(imports) as object };
  writeFileSync(join(outFolder, 'package.json'), `${JSON.stringify(contents)}\n`);
}
