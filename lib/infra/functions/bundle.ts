import { writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, parse, resolve } from 'node:path';
import type * as Esbuild from 'esbuild';

/** The functions, by the name of their file in `functions/`, which exports the handler. */
export const functionNames = ['scheduled', 'stream', 'queued'] as const;

export type FunctionName = (typeof functionNames)[number];

/** Next to `lib`, both in the repository and in `dist`. */
export const functionsFolder = resolve(import.meta.dirname, '../../../functions');

/** What the SDK imports only for kinds of credentials that a function does not have, and for answers that are streams. */
const elsewhere = [
  ...['http', 'ini', 'login', 'process', 'sso', 'web-identity'].map(
    (name) => `@aws-sdk/credential-provider-${name}`,
  ),
  '@smithy/credential-provider-imds',
  '@smithy/core/event-streams',
];

/**
 * Modules that are rarely needed get their own file next to the bundle, which is read only when it is imported. In the
 * bundle they would be read at each start, and completely, because esbuild does not tree-shake modules that are loaded
 * by `import()`. Keyed by the import name, which `imports` of package.json resolves.
 */
const beside = {
  '#ssm': { file: 'ssm', source: resolve(functionsFolder, '../lib/sign-in/saved/ssm.ts') },
} as const;

/** The file in each function's folder. Not `.cjs`, because Lambda emulators only support `.js` and `.mjs`. */
export const bundleName = 'index.js';

/**
 * Options to bundle a handler with its SDK into one file that starts fast. It is a CommonJS module: for an ES module
 * that imports `node:http`, Node evaluates all of its exports and so loads its fetch, which takes a quarter of a start.
 * The source map is next to it, without the sources, and Node does not read it. Class names are minified, so errors set
 * their own names. The return type is inferred, because the package does not include esbuild's types.
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

/**
 * Writes `index.js`, the separate modules, their source maps and a `package.json` into the folder. Needs esbuild, which
 * only the repository has.
 */
export function bundleFunction(name: FunctionName, outFolder: string): void {
  bundleFile(join(functionsFolder, `${name}.ts`), outFolder);
}

/** The same for any file. */
export function bundleFile(entry: string, outFolder: string): void {
  const require = createRequire(import.meta.url);
  const { buildSync } = require('esbuild') as typeof Esbuild;
  buildSync(bundleOptions(entry, outFolder));
  // Needed because the folder may be inside a package of any type.
  const imports = Object.entries(beside).map(([name, { file }]) => [name, `./${file}.js`]);
  const contents = { type: 'commonjs', imports: Object.fromEntries(imports) as object };
  writeFileSync(join(outFolder, 'package.json'), `${JSON.stringify(contents)}\n`);
}
