import { readdirSync, readFileSync } from 'node:fs';
import { SourceMap, type SourceMapPayload } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** What `node --cpu-prof` writes: the members that are read here. */
export interface CpuProfile {
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: Frame;
    readonly children?: readonly number[];
  }[];
  readonly samples: readonly number[];
  /** Microseconds before each sample. */
  readonly timeDeltas: readonly number[];
}

interface Frame {
  readonly functionName: string;
  readonly url: string;
  readonly lineNumber: number;
  readonly columnNumber: number;
}

/** Milliseconds of a process's own time by room of this repository, by package, and by what Node did itself: most first. */
export type Shares = readonly (readonly [place: string, ms: number])[];

/** Adds up the profiles of a folder. A bundle's functions count for the source files that its source map names. */
export function readShares(folder: string): Shares {
  const sums = new Map<string, number>();
  for (const file of readdirSync(folder).filter((name) => name.endsWith('.cpuprofile'))) {
    const profile = JSON.parse(readFileSync(join(folder, file), 'utf8')) as CpuProfile;
    for (const [place, ms] of shares(profile)) sums.set(place, (sums.get(place) ?? 0) + ms);
  }
  return [...sums].toSorted(([, a], [, b]) => b - a);
}

/** Milliseconds by place, of one profile. */
export function shares({ nodes, samples, timeDeltas }: CpuProfile): ReadonlyMap<string, number> {
  const maps = new Map<string, SourceMap | undefined>();
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const places = new Map<number, string | undefined>();
  // A function of the language itself, such as JSON.parse, counts for its caller.
  const visit = (id: number, caller: string | undefined): void => {
    const node = byId.get(id);
    if (!node) return;
    const place = placeOf(node.callFrame, caller, maps);
    places.set(id, place);
    for (const child of node.children ?? []) visit(child, place);
  };
  visit(nodes[0]?.id ?? 0, engine);
  const sums = new Map<string, number>();
  for (const [index, id] of samples.entries()) {
    const place = places.get(id);
    if (place === undefined) continue;
    sums.set(place, (sums.get(place) ?? 0) + (timeDeltas[index] ?? 0) / 1000);
  }
  return sums;
}

const engine = 'V8 and native code';

/** Undefined while the process waits. */
function placeOf(
  { functionName, url, lineNumber, columnNumber }: Frame,
  caller: string | undefined,
  maps: Map<string, SourceMap | undefined>,
): string | undefined {
  if (functionName === '(idle)') return undefined;
  if (functionName === '(garbage collector)') return 'garbage collection';
  if (functionName === '(program)') return engine;
  if (url === '') return caller;
  if (/^node:internal\/(?:modules|bootstrap|main|process)/.test(url))
    return 'Node: start and modules';
  if (url.startsWith('node:')) return 'Node: http, streams and others';
  const file = url.startsWith('file:') ? fileURLToPath(url) : url;
  if (!maps.has(file)) maps.set(file, readMap(file));
  const entry = maps.get(file)?.findEntry(lineNumber, columnNumber);
  const source = entry && 'originalSource' in entry ? entry.originalSource : undefined;
  return source === undefined ? 'files of the program, while they load' : roomOf(source);
}

function readMap(file: string): SourceMap | undefined {
  try {
    const payload = JSON.parse(readFileSync(`${file}.map`, 'utf8')) as SourceMapPayload;
    return new SourceMap(payload);
  } catch {
    return undefined;
  }
}

/** `lib/plan` of a file of this repository, `ky` of one of a package. */
export function roomOf(source: string): string {
  const inPackage = /node_modules\/((?:@[^/]+\/)?[^/]+)\/(?!.*node_modules\/)/.exec(source)?.[1];
  if (inPackage !== undefined) return inPackage;
  const [, room] = /(?:^|\/)(lib\/[^/]+|functions|bin|scripts)(?:\/|$)/.exec(source) ?? [];
  return room ?? source;
}
