import { storeProblem } from './store-errors.ts';
import type { Item, ItemValue, Table } from './table.ts';

/** What is to become of an item: a new value, no item, or, without `value`, what it is. */
export interface Decision<T> {
  readonly value?: ItemValue | 'remove';
  readonly result: T;
}

/** Each attempt fails only because another writer's succeeded. */
const attemptsAtMost = 100;

/**
 * Reads an item, decides, and writes it under its revision; starts over if it changed in between.
 *
 * @param decide - may be called several times, with the item as it is then
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
  throw problem('store-busy', `it was changed by others ${attemptsAtMost} times in a row`);
}
