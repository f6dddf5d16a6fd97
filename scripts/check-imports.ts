/**
 * The dependency rule of docs/architecture: who may import whom. Fails with one line for each breach.
 * It reads import specifiers as text, type imports included: a type is a dependency too.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '..');

/** Folder to the folders it may import; the first prefix that fits a file is its layer. */
const layers: readonly (readonly [folder: string, allowed: readonly string[]])[] = [
  ['lib/core', []],
  ['lib/lease', ['lib/core', 'lib/reconcile', 'lib/table']],
  ['lib/reconcile', ['lib/core', 'lib/lease', 'lib/sign-in']],
  [
    'lib/sign-in',
    [
      'lib/core',
      'lib/reconcile/ports',
      'lib/providers/http',
      'lib/table',
      'lib/lease',
      // storeLogin hands on what was asked for under its lease.
      'lib/reconcile/dependencies.types.ts',
      'lib/reconcile/send-on.ts',
    ],
  ],
  ['lib/providers', ['lib/core', 'lib/reconcile/ports']],
  ['lib/table', ['lib/core', 'lib/reconcile/ports']],
  ['lib/aws', ['lib/core', 'lib/reconcile/ports', 'lib/table']],
  ['lib/files', ['lib/core', 'lib/reconcile/ports', 'lib/sign-in', 'lib/table']],
  ['lib/local', []],
  ['lib/infra', []],
  [
    'lib/cli',
    [
      'lib/core',
      'lib/lease',
      'lib/reconcile',
      'lib/sign-in',
      'lib/providers',
      'lib/table',
      'lib/aws',
      'lib/files',
      'lib/local',
      'functions',
      'events',
    ],
  ],
  [
    'functions',
    [
      'lib/core',
      'lib/lease',
      'lib/reconcile',
      'lib/sign-in',
      'lib/providers',
      'lib/table',
      'lib/aws',
      'lib/files',
    ],
  ],
];

/** Packages that only one folder may import, besides the folder's own needs. */
const packages: readonly (readonly [name: RegExp, folders: readonly string[]])[] = [
  [/^@aws-sdk\//, ['lib/aws', 'lib/sign-in', 'lib/table/dynamodb']],
  [/^ky$/, ['lib/providers']],
  [/^oauth4webapi$/, ['lib/sign-in']],
  [/^@middy\//, ['functions']],
  [/^@aws-lambda-powertools\//, ['functions']],
  [/^(aws-cdk-lib|constructs|cdk-nag)/, ['lib/infra']],
  [/^(dynalite|openapi-backend)/, ['lib/local']],
];

/** In the pure core nothing but these. */
const coreMayImport = /^(zod\/mini|node:crypto)$/;

const importPattern =
  /(?:^|\n)\s*(?:import|export)\b[^'"`;]*?from\s*['"]([^'"]+)['"]|(?:^|\n)\s*import\s*['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]\s*\)/g;

function specifiers(text: string): string[] {
  return [...text.matchAll(importPattern)].map((match) => match[1] ?? match[2] ?? match[3] ?? '');
}

const inside = (path: string, folder: string) => path === folder || path.startsWith(`${folder}/`);

function breach(file: string, specifier: string): string | undefined {
  const layer = layers.find(([folder]) => inside(file, folder));
  if (!layer) return undefined;
  const [folder, allowed] = layer;
  if (specifier.startsWith('.')) {
    const target = relative(root, resolve(root, dirname(file), specifier));
    if ([folder, ...allowed].some((may) => inside(target, may))) return undefined;
    if (inside(target, 'package.json')) return undefined;
    return `${file}: imports ${target}; ${folder} may import only ${[folder, ...allowed].join(', ')}`;
  }
  if (folder === 'lib/core' && !coreMayImport.test(specifier)) {
    return `${file}: imports '${specifier}'; lib/core is pure and imports zod/mini and node:crypto only`;
  }
  if (specifier === 'zod') return `${file}: imports 'zod'; all of the project uses zod/mini`;
  const rule = packages.find(([name]) => name.test(specifier));
  if (rule && !rule[1].some((may) => inside(file, may))) {
    return `${file}: imports '${specifier}'; only ${rule[1].join(', ')} may`;
  }
  return undefined;
}

function environment(file: string, text: string): string | undefined {
  const allowed = /^(lib\/cli|functions)\/settings\.ts$|^lib\/infra\/app\.ts$/;
  if (allowed.test(file) || !/\bprocess\.env\b/.test(text)) return undefined;
  return `${file}: reads process.env; only a composition root's settings.ts may`;
}

/** All breaches in the given files (paths from the repository's root, with their text). */
export function breaches(files: readonly { path: string; text: string }[]): string[] {
  return files.flatMap(({ path, text }) => [
    ...specifiers(text).flatMap((specifier) => breach(path, specifier) ?? []),
    ...[environment(path, text)].filter((line) => line !== undefined),
  ]);
}

function sources(folder: string): { path: string; text: string }[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.m?ts$/.test(name))
    .map((name) => {
      const path = join(folder, name);
      return { path, text: readFileSync(join(root, path), 'utf8') };
    });
}

if (process.argv[1] === import.meta.filename) {
  const files = ['lib', 'functions'].flatMap(sources);
  const found = breaches(files);
  if (files.length === 0) found.push('no source files found: the check looked in the wrong place');
  for (const line of found) process.stderr.write(`${line}\n`);
  process.stdout.write(`imports: ${files.length} files, ${found.length} breaches\n`);
  process.exitCode = found.length === 0 ? 0 : 1;
}
