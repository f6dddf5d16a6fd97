/**
 * Runs `work` for each item, at most `limit` at a time, started in order. Starts no more once `stop` returns true, and
 * returns the items that were not started. Throws the first error after all started work has ended.
 */
export async function eachLimited<T>(
  items: readonly T[],
  limit: number,
  work: (item: T) => Promise<void>,
  stop: () => boolean = () => false,
): Promise<readonly T[]> {
  const errors: unknown[] = [];
  let next = 0;
  const worker = async () => {
    while (next < items.length && !stop() && errors.length === 0) {
      const item = items[next] as T;
      next += 1;
      try {
        // oxlint-disable-next-line no-await-in-loop -- a worker takes one item after the other
        await work(item);
      } catch (error) {
        errors.push(error);
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, worker));
  if (errors.length > 0) throw errors[0];
  return items.slice(next);
}

/**
 * The results in order, with at most `limit` at a time. Starts no more after `stop`, and waits for started work.
 *
 * @returns undefined if it was stopped before the end
 */
export async function mapLimited<T, R>(
  items: readonly T[],
  limit: number,
  stop: AbortSignal,
  work: (item: T) => Promise<R>,
): Promise<readonly R[] | undefined> {
  const results: R[] = [];
  const one = async ([index, item]: readonly [number, T]) => {
    results[index] = await work(item);
  };
  await eachLimited([...items.entries()], limit, one, () => stop.aborted);
  return stop.aborted ? undefined : results;
}

/**
 * Like Promise.all, but waits for all promises to settle before it throws, so that nothing continues in the background.
 *
 * @param abort - aborted by the first failure, so that the others can end early
 */
export async function allEnded<T extends readonly unknown[] | []>(
  promises: T,
  abort?: AbortController,
): Promise<{ -readonly [P in keyof T]: Awaited<T[P]> }> {
  Promise.all(promises).catch(() => abort?.abort());
  await Promise.allSettled(promises);
  return Promise.all(promises);
}
