/**
 * The results in order, of at most `limit` at a time; nothing is started after `stop`, and what was is waited for.
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
  let next = 0;
  let failure: { readonly error: unknown } | undefined;
  const worker = async () => {
    while (next < items.length && !stop.aborted && !failure) {
      const index = next;
      next += 1;
      try {
        // oxlint-disable-next-line no-await-in-loop
        results[index] = await work(items[index] as T);
      } catch (error) {
        failure ??= { error };
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, worker));
  if (failure) throw failure.error;
  return stop.aborted ? undefined : results;
}
