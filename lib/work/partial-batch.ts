import type { Clock, Random } from '../model/runtime.types.ts';

/** The entries that a batch call did not process, and why. */
export interface Undone<T> {
  readonly again: readonly T[];
  readonly problem?: string;
  /** A retry would fail too. */
  readonly final?: boolean;
}

/** Maximum attempts for the entries of one batch. */
const rounds = 5;

/**
 * Sends a batch, and retries the entries that the service did not process, with growing waits.
 *
 * @returns the last problem, or undefined if all entries were processed
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

/** Groups of at most `count` entries and `bytes` bytes; a larger entry gets its own group. */
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
