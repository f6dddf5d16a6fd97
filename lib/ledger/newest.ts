import type { Item, Table } from '../table/table.ts';

/** Items per page. */
const pageSize = 200;

/**
 * Returns `read` of a range's items from the last to the first, until there are enough.
 *
 * @param read - returns undefined to leave an item out
 * @param isSparse - whether most items are left out, so that whole pages are read
 */
export async function newest<T>(
  table: Pick<Table, 'lastPage'>,
  connection: string,
  { from, before: end }: { readonly from: string; readonly before: string },
  read: (item: Item) => T | undefined,
  { limit = Number.POSITIVE_INFINITY, isSparse = false },
): Promise<readonly T[]> {
  const found: T[] = [];
  let before: string | undefined = end;
  while (before !== undefined && found.length < limit) {
    const size = isSparse ? pageSize : Math.min(pageSize, limit - found.length);
    // oxlint-disable-next-line no-await-in-loop -- each page says where the next one ends
    const page = await table.lastPage(connection, { from, before }, size);
    for (const item of page.items) {
      const one = read(item);
      if (one !== undefined && found.length < limit) found.push(one);
    }
    ({ before } = page);
  }
  return found;
}
