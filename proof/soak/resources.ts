import { existsSync, readdirSync } from 'node:fs';

/** What a process holds at a moment at which it has nothing to do. */
export interface ResourceSample {
  /** Seconds since the start. */
  readonly at: number;
  /** Handles that keep the process alive, by kind, and all open files and sockets where the system tells. */
  readonly handles: Readonly<Record<string, number>>;
  /** Bytes that are alive. */
  readonly heap: number;
}

const openFiles = '/proc/self/fd';

/** @throws Error unless the process was started with `--expose-gc` */
export function sampleResources(at: number): ResourceSample {
  if (!globalThis.gc) throw new Error('start it with --expose-gc');
  globalThis.gc();
  const handles: Record<string, number> = {};
  for (const kind of process.getActiveResourcesInfo()) handles[kind] = (handles[kind] ?? 0) + 1;
  if (existsSync(openFiles)) handles['open files and sockets'] = readdirSync(openFiles).length;
  return { at, handles, heap: process.memoryUsage().heapUsed };
}

/** What grew from the second quarter of the samples to the last one, in words; nothing if all is flat. */
export function growthOf(samples: readonly ResourceSample[]): readonly string[] {
  const quarter = Math.floor(samples.length / 4);
  if (quarter < 2) throw new Error(`${samples.length} samples are too few to tell growth`);
  const early = samples.slice(quarter, 2 * quarter);
  const late = samples.slice(-quarter);
  const kinds = new Set(samples.flatMap(({ handles }) => Object.keys(handles)));
  const most = (some: readonly ResourceSample[], kind: string) =>
    Math.max(...some.map(({ handles }) => handles[kind] ?? 0));
  const least = (some: readonly ResourceSample[]) => Math.min(...some.map(({ heap }) => heap));
  const grown = [...kinds].flatMap((kind) => {
    const [before, after] = [most(early, kind), most(late, kind)];
    return after > before * 1.25 + 4 ? [`${kind} from ${before} to ${after}`] : [];
  });
  const [before, after] = [least(early), least(late)];
  if (after > before * 1.1 + 1e6) grown.push(`heap from ${before} to ${after} bytes`);
  return grown;
}
