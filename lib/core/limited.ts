/**
 * Runs `work` for each item, at most `limit` at a time, in order of starting. Stops starting once `stop` says so,
 * and returns what was not started. The first error is thrown after everything in flight has ended.
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
