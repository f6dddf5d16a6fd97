import { storeProblem } from './store-errors.ts';
import type { Item, ItemValue, Table } from './table.ts';

/** What to do with an item: write a new value, remove it, or, without `value`, leave it unchanged. */
export interface Decision<T> {
  readonly value?: ItemValue | 'remove';
  readonly result: T;
}

/** An attempt fails only if another writer succeeded. */
const attemptsAtMost = 100;

/**
 * Reads an item, decides, and writes it if its revision has not changed; otherwise starts over.
 *
 * @param decide - may be called several times, each time with the current item
 * @throws StoreError
 */
export async function change<T>(
  table: Table,
  partition: string,
  key: string,
  decide: (item: Item | undefined) => Decision<T>,
): Promise<T> {
  const problem = (code: 'store-malformed' | 'store-busy', text: string) =>
    storeProblem(
      code,
      { call: 'change', store: table.name, connection: partition, item: key },
      text,
    );
  for (let attempt = 0; attempt < attemptsAtMost; attempt += 1) {
    // oxlint-disable-next-line no-await-in-loop -- each attempt follows from the former
    const item = await table.get(partition, key);
    if (item?.rev === 0) throw problem('store-malformed', 'it has no revision');
    const { value, result } = decide(item);
    if (value === undefined) return result;
    const rev = item?.rev ?? 0;
    const write =
      value === 'remove'
        ? table.remove(partition, key, rev)
        : table.put(partition, key, value, rev);
    // oxlint-disable-next-line no-await-in-loop -- see above
    if (await write) return result;
  }
  throw problem('store-busy', `other processes changed it ${attemptsAtMost} times in a row`);
}
