/**
 * Like Promise.all, but waits for all of them to end before it throws: nothing goes on behind what is over.
 *
 * @param abort - is told of the first failure, so that the others need not go on to their ends
 */
export async function allEnded<T extends readonly unknown[] | []>(
  promises: T,
  abort?: AbortController,
): Promise<{ -readonly [P in keyof T]: Awaited<T[P]> }> {
  Promise.all(promises).catch(() => abort?.abort());
  await Promise.allSettled(promises);
  return Promise.all(promises);
}
