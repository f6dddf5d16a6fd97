/** A JSON value or `undefined`, which is left out as a member and null in a list. Numbers must be finite. */
export type Writable =
  | null
  | boolean
  | number
  | string
  | undefined
  | Uint8Array
  | readonly Writable[]
  | { readonly [key: string]: Writable };

/** The value of an item: JSON, with bytes allowed as top-level members. `undefined` members are left out. */
export interface ItemValue {
  readonly [name: string]: Writable;
}

/** A stored item. */
export interface Item {
  /** Its sort key. */
  readonly key: string;
  /** Increased by one with each conditional write; 0 if there was none. */
  readonly rev: number;
  /**
   * Its attributes as plain values, without keys and revision. Values that JSON does not have, from rows of other
   * tools, are symbols.
   */
  readonly value: Readonly<Record<string, unknown>>;
  /** Attributes that are bytes. */
  readonly bytes: Readonly<Record<string, Uint8Array>>;
}

/** A range of sort keys: all that begin with `prefix`, or all from `from` to `to`, both included. */
export type KeyRange = { readonly prefix: string } | { readonly from: string; readonly to: string };

/** A page of a range that is read from its end. */
export interface Page {
  /** In descending key order. */
  readonly items: readonly Item[];
  /** The key before which the next page ends; absent if there are no more items. */
  readonly before?: string;
}

/**
 * Items by partition (one for each connection) and sort key. A member `ttl` is the time, in whole seconds since the
 * epoch, after which the store may delete the item at any time; readers must check it. Reads are consistent and
 * complete. All methods throw `StoreError` if the store fails.
 */
export interface Table {
  /** Used in errors, such as `acme-Ledger` or the path of a file. */
  readonly name: string;
  /** Sorted by key, compared as UTF-8 bytes. */
  query(partition: string, range?: KeyRange): Promise<readonly Item[]>;
  /**
   * The last items of a range: at most `limit`, or fewer if the store reads less in one call.
   *
   * @param range - from a key (included) to another one (excluded)
   */
  lastPage(
    partition: string,
    range: { readonly from: string; readonly before: string },
    limit: number,
  ): Promise<Page>;
  /** The items that exist, in any order. */
  getMany(partition: string, keys: readonly string[]): Promise<readonly Item[]>;
  get(partition: string, key: string): Promise<Item | undefined>;
  /**
   * Puts an item. With `rev`: only if the item's revision is still `rev` (0 or less: no item yet); the revision is then
   * `nextRevision(rev)`. Without `rev`: always. The same key must always be written in the same way.
   *
   * @returns whether the condition held; true also for a put that was applied and repeated by the client because its
   * answer was lost
   */
  put(partition: string, key: string, value: ItemValue, rev?: number): Promise<boolean>;
  /** @returns whether the condition held: the item does not exist, or its revision was still `rev` */
  remove(partition: string, key: string, rev?: number): Promise<boolean>;
}

/** The revision of an item that was written under the condition `rev`. */
export function nextRevision(rev: number): number {
  return rev > 0 ? rev + 1 : 1 - rev;
}

/**
 * The condition to write an item with, so that the revisions of an item which is removed and made again never repeat: a
 * process that was frozen before a write would otherwise overwrite the new item, by a revision that the old one had.
 *
 * @param rev - the known revision; 0 if there is no item
 * @param now - in milliseconds since the epoch
 */
export function revisionToWrite(rev: number, now: number): number {
  return rev === 0 ? -now : rev;
}
