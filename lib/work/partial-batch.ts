import type { Clock, Random } from '../model/runtime.types.ts';

/** What a batch call left undone: entries worth another attempt, and why; or why it is of no use. */
export interface Undone<T> {
  readonly again: readonly T[];
  readonly problem?: string;
  /** Another attempt would fail as well. */
  readonly final?: boolean;
}

/** Attempts for the entries of one batch. */
const rounds = 5;

/**
 * Sends a batch, and again what the service left undone, waiting longer each time.
 *
 * @returns the problem that was left in the end; undefined when all is done
 */
export async function sendBatch<T>(
  batch: readonly T[],
  send: (entries: readonly T[]) => Promise<Undone<T>>,
  { clock, random }: { clock: Clock; random: Random },
): Promise<string | undefined> {
  let entries = batch;
  let problem = 'not sent';
  for (let round = 0; round < rounds; round += 1) {
    if (round > 0) await clock.sleep(100 * 2 ** round * (0.5 + random() / 2));
    const undone = await send(entries);
    if (undone.again.length === 0 && !undone.final) return undefined;
    problem = undone.problem ?? problem;
    if (undone.final) break;
    entries = undone.again;
  }
  return problem;
}

/** Groups of at most `count` entries and `bytes` together; one that is larger is a group of its own. */
export function batches<T>(
  entries: readonly T[],
  limits: { readonly count: number; readonly bytes: number },
  size: (entry: T) => number,
): T[][] {
  const groups: T[][] = [];
  let room = 0;
  for (const entry of entries) {
    const needed = size(entry);
    const group = groups.at(-1);
    if (group && group.length < limits.count && needed <= room) {
      group.push(entry);
      room -= needed;
    } else {
      groups.push([entry]);
      room = limits.bytes - needed;
    }
  }
  return groups;
}
