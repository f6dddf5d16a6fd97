/**
 * `npm run check:imports`: the order of the rooms (scripts/rooms.ts), what pure rooms import, who uses AWS clients, HTTP
 * and the environment, who names a gateway, circles, and that tests have the place of what they test. Fails with one line for each breach. It reads import specifiers as text, type imports
 * included: a type is a dependency too.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { circles } from './circles.ts';
import { unmirrored } from './mirrored.ts';
import { apart, floors, packages, readsEnvironment, sendsHttp } from './rooms.ts';

const root = resolve(import.meta.dirname, '..');

/** What the order of the rooms is about. */
const housedFolders = ['lib', 'functions', 'demo'];

interface Source {
  readonly path: string;
  readonly text: string;
}

interface Import {
  readonly specifier: string;
  /** The text between `import` and `from`. */
  readonly names: string;
}

const importPattern =
  /(?:^|\n)\s*(?:import|export)\b([^'"`;]*?)from\s*['"]([^'"]+)['"]|(?:^|\n)\s*import\s*['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]\s*\)/g;

function importsOf(text: string): Import[] {
  return [...text.matchAll(importPattern)].map(([, names = '', from, bare, lazy]) => {
    return { names, specifier: from ?? bare ?? lazy ?? '' };
  });
}

/** Folders of lib/gateways that are not a gateway's. */
const shared = ['http'];

const gateways = readdirSync(join(root, 'lib/gateways'), { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && !shared.includes(entry.name))
  .map(({ name }) => name);

/** Who may name gateways: the folder of each, the lists of all, their simulators, the templates of `init`, the demo. */
const namesGateways = [
  ...gateways.map((name) => `lib/gateways/${name}`),
  'lib/gateways/gateways.ts',
  'lib/gateways/names.ts',
  'lib/local/gateways',
  'lib/cli/commands/init',
  'demo',
];

const inside = (path: string, folder: string) => path === folder || path.startsWith(`${folder}/`);
const insideAny = (path: string, folders: readonly string[]) =>
  folders.some((folder) => inside(path, folder));

const rooms = floors.flatMap((list, floor) => list.map((room) => ({ ...room, floor })));
const byLength = rooms.toSorted((one, other) => other.path.length - one.path.length);
const roomOf = (path: string) => byLength.find((room) => inside(path, room.path));
const pureRooms = rooms.filter(({ isPure }) => isPure).map(({ path }) => path);

function targetOf({ path }: Source, specifier: string): string {
  return relative(root, resolve(root, dirname(path), specifier));
}

/** Whether a room may import a file, by its floor and what is named beside it. */
function orderBreach(file: string, target: string): string | undefined {
  const separate = apart.find(({ path }) => inside(file, path));
  if (separate) {
    if (insideAny(target, [separate.path, ...(separate.beside ?? [])])) return undefined;
    return `${file}: imports ${target}; ${separate.path} imports no other room`;
  }
  const closed = apart.find(({ path }) => inside(target, path));
  if (closed && !insideAny(file, closed.from)) {
    return `${file}: imports ${target}; only ${closed.from.join(', ') || 'test code'} may import ${closed.path}`;
  }
  if (closed) return undefined;
  const from = roomOf(file);
  if (!from) return `${file}: is in no room of scripts/rooms.ts`;
  const to = roomOf(target);
  if (!to)
    return insideAny(target, housedFolders) ? `${file}: imports ${target}, in no room` : undefined;
  if (to.path === from.path || to.floor < from.floor) return undefined;
  if (insideAny(target, from.beside ?? [])) return undefined;
  return `${file}: imports ${target}; ${to.path} is not below ${from.path} (scripts/rooms.ts)`;
}

const hashing = /^(hash|createHash|createHmac|hkdfSync|timingSafeEqual|type \w+)$/;

/** What a pure room imports that is not pure. */
function purityBreach(file: string, { specifier, names }: Import, target?: string) {
  if (!roomOf(file)?.isPure) return undefined;
  if (target !== undefined) {
    if (insideAny(target, pureRooms)) return undefined;
    return `${file}: imports ${target}; ${roomOf(file)?.path} is pure and imports pure rooms only`;
  }
  if (specifier === 'zod/mini') return undefined;
  const taken = names.replaceAll(/[{}]/g, '').split(',');
  const named = taken.map((name) => name.trim()).filter((name) => name !== '');
  const isType = /^\s*type\b/.test(names);
  if (specifier === 'node:crypto' && (isType || named.every((name) => hashing.test(name))))
    return undefined;
  return `${file}: imports '${specifier}'; ${roomOf(file)?.path} is pure: zod/mini and hashing of node:crypto only`;
}

function packageBreach(file: string, { specifier, names }: Import): string | undefined {
  if (specifier === 'zod') return `${file}: imports 'zod'; all code uses zod/mini`;
  const rule = packages.find(({ name }) => name.test(specifier));
  if (rule && !insideAny(file, rule.rooms)) {
    return `${file}: imports '${specifier}'; ${rule.why}: only ${rule.rooms.join(', ')} may`;
  }
  const isClient =
    /^node:https?2?$/.test(specifier) && /\b(request|get|Agent|connect)\b/.test(names);
  return isClient ? httpBreach(file, specifier) : undefined;
}

function httpBreach(file: string, what: string): string | undefined {
  if (insideAny(file, sendsHttp)) return undefined;
  return `${file}: sends HTTP (${what}); only ${sendsHttp.join(', ')} may`;
}

function nameBreach({ path, text }: Source): string | undefined {
  if (insideAny(path, namesGateways)) return undefined;
  const named = gateways.find((name) => text.toLowerCase().includes(name));
  return (
    named &&
    `${path}: names the gateway ${named}; only its own folder may (scripts/check-imports.ts)`
  );
}

function textBreaches({ path, text }: Source): (string | undefined)[] {
  const callsFetch = /(?<![.#\w])fetch\(/.test(text) && !/\bfunction fetch\b/.test(text);
  const readsEnv = /\bprocess\.env\b/.test(text) && !readsEnvironment.test(path);
  return [
    callsFetch ? httpBreach(path, 'fetch') : undefined,
    readsEnv
      ? `${path}: reads process.env; only the settings of a composition root may`
      : undefined,
  ];
}

function fileBreaches(source: Source): string[] {
  const { path, text } = source;
  const found = importsOf(text).flatMap((one) => {
    if (!one.specifier.startsWith('.')) return [purityBreach(path, one), packageBreach(path, one)];
    const target = targetOf(source, one.specifier);
    return [orderBreach(path, target) ?? purityBreach(path, one, target)];
  });
  return [...found, ...textBreaches(source), nameBreach(source)].filter(
    (line) => line !== undefined,
  );
}

function circleBreaches(sources: readonly Source[]): string[] {
  const graph = new Map(
    sources.map((source) => {
      const local = importsOf(source.text).filter(({ specifier }) => specifier.startsWith('.'));
      return [source.path, local.map(({ specifier }) => targetOf(source, specifier))];
    }),
  );
  return circles(graph).map(
    (chain) => `circle: ${chain.join(' -> ')}; move what they share to a file below both`,
  );
}

/** All breaches in the given files: paths from the repository's root, and their text. Other folders only have to be without circles. */
export function breaches(sources: readonly Source[]): string[] {
  const housed = sources.filter(({ path }) => insideAny(path, housedFolders));
  return [...housed.flatMap(fileBreaches), ...circleBreaches(sources)];
}

function sourcesIn(folder: string): Source[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.m?ts$/.test(name))
    .map((name) => {
      const path = join(folder, name);
      return { path, text: readFileSync(join(root, path), 'utf8') };
    });
}

if (process.argv[1] === import.meta.filename) {
  const files = [...housedFolders, 'scripts', 'bench', 'test', 'proof'].flatMap(sourcesIn);
  const lost = unmirrored(
    files.map(({ path }) => path),
    (path) => existsSync(join(root, path)),
  );
  const found = [
    ...breaches(files),
    ...lost.map((path) => `${path}: has no file or folder's name; begin it so, in the same place`),
  ];
  for (const line of found) process.stderr.write(`${line}\n`);
  process.stdout.write(`imports: ${files.length} files, ${found.length} breaches\n`);
  process.exitCode = found.length === 0 ? 0 : 1;
}
