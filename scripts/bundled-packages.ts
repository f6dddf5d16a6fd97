/**
 * What each function's bundle and the packed command line contain, as esbuild reports it: packages, folders of this
 * repository, and what they import at run time. `npm run bundled -- --write` records it as reviewed; `npm test` fails if
 * it differs.
 */
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { buildSync } from 'esbuild';
import type { BuildOptions } from 'esbuild';
import { bundleOptions, functionNames, functionsFolder } from '../lib/infra/functions/bundle.ts';
import { commandLineOptions } from './command-line.ts';

const root = resolve(import.meta.dirname, '..');
const reviewed = join(root, 'test/infra/bundled-packages.json');

/** All sorted by name. */
export interface Bundled {
  /** With their versions. A package that is in two versions is listed twice. */
  readonly packages: readonly string[];
  readonly folders: readonly string[];
  /** What it imports at run time: modules of Node, and what is not bundled. */
  readonly imports: readonly string[];
}

/** The files of a build and the metadata of its outputs; nothing is written. */
function built(options: BuildOptions) {
  const { metafile } = buildSync({ ...options, absWorkingDir: root, metafile: true, write: false });
  return { metafile, files: Object.keys(metafile.inputs) };
}

/** The contents of a build. */
export function bundled(options: BuildOptions): Bundled {
  const { metafile, files } = built(options);
  const imports = Object.values(metafile.outputs).flatMap((output) => output.imports);
  const packages = files.flatMap((file) => packageOf(file) ?? []);
  const own = files.filter((file) => !file.includes('node_modules/'));
  return {
    packages: sorted(packages.map(versioned)),
    folders: sorted(own.map((file) => folderOf(relative(root, resolve(root, file))))),
    imports: sorted(imports.filter(({ external }) => external).map(({ path }) => path)),
  };
}

/** By function; and the command line. */
const builds = (): readonly (readonly [name: string, BuildOptions])[] => [
  ...functionNames.map(
    (name) => [name, bundleOptions(join(functionsFolder, `${name}.ts`), root)] as const,
  ),
  ['trueup', commandLineOptions(root)],
];

export function allBundled(): Readonly<Record<string, Bundled>> {
  return Object.fromEntries(builds().map(([name, options]) => [name, bundled(options)]));
}

/** The licences of what is bundled, as they require: each text once, below its packages. */
export function licences(): string {
  const files = builds().flatMap(([, options]) => built(options).files);
  const folders = sorted(files.flatMap((file) => packageOf(file) ?? []));
  const byText = Map.groupBy(folders, licenceOf);
  return [...byText]
    .map(([text, of]) => `${sorted(of.map(versioned)).join('\n')}\n\n${text.trim()}\n`)
    .join(`\n${'-'.repeat(80)}\n\n`);
}

/** The licence's text; its name if the package has no such file. */
function licenceOf(folder: string): string {
  const file = readdirSync(join(root, folder)).find((name) => /^licen[cs]e/i.test(name));
  if (file !== undefined) return readFileSync(join(root, folder, file), 'utf8');
  const text = readFileSync(join(root, folder, 'package.json'), 'utf8');
  return `License: ${(JSON.parse(text) as { license: string }).license}`;
}

export function readReviewed(): unknown {
  return JSON.parse(readFileSync(reviewed, 'utf8'));
}

const sorted = (texts: readonly string[]) => [...new Set(texts)].toSorted();

/** `node_modules/a/node_modules/@b/c` of a file in it. */
function packageOf(file: string): string | undefined {
  return /^.*node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/.exec(file)?.[0];
}

function versioned(folder: string): string {
  const text = readFileSync(join(root, folder, 'package.json'), 'utf8');
  const { name, version } = JSON.parse(text) as { name: string; version: string };
  return `${name}@${version}`;
}

/** `lib/model`, or `functions`. */
function folderOf(file: string): string {
  const [first = '', second = ''] = file.split('/');
  return first === 'lib' ? `${first}/${second}` : first;
}

if (process.argv[1] === import.meta.filename) {
  const text = `${JSON.stringify(allBundled(), undefined, 2)}\n`;
  if (process.argv.includes('--write')) writeFileSync(reviewed, text);
  else process.stdout.write(text);
}
