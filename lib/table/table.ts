/** What JSON knows, and `undefined`: as a member it is left out, in a list it is null. Numbers must be finite. */
export type Writable =
  | null
  | boolean
  | number
  | string
  | undefined
  | Uint8Array
  | readonly Writable[]
  | { readonly [key: string]: Writable };

/** What an item holds: JSON, and bytes as members of the top level. `undefined` members are left out. */
export interface ItemValue {
  readonly [name: string]: Writable;
}

/** An item as it is stored. */
export interface Item {
  /** Its sort key. */
  readonly key: string;
  /** One higher with each conditional write; 0 if it was never written so. */
  readonly rev: number;
  /** Its attributes as plain values, less keys and revision; what JSON does not know is a symbol (rows that other tools wrote). */
  readonly value: Readonly<Record<string, unknown>>;
  /** Attributes that are bytes. */
  readonly bytes: Readonly<Record<string, Uint8Array>>;
}

/** Sort keys: all that begin with `prefix`, or all from `from` to `to`, both included. */
export type KeyRange = { readonly prefix: string } | { readonly from: string; readonly to: string };

/** What is read of a range at once, from its end. */
export interface Page {
  /** In descending order of the keys. */
  readonly items: readonly Item[];
  /** Where the page before this one ends; absent: the range has no more. */
  readonly before?: string;
}

/**
 * Items by partition (one for each connection) and sort key. A member `ttl` is the time, in whole seconds since the epoch,
 * after which the store may delete the item, or not yet: readers compare it. Reads are consistent and complete. All methods
 * throw `StoreError` if the store fails.
 */
export interface Table {
  /** For errors, such as `acme-Ledger`, or the path of a file. */
  readonly name: string;
  /** In the order of the keys, by their UTF-8 bytes. */
  query(partition: string, range?: KeyRange): Promise<readonly Item[]>;
  /**
   * The last items of a range, at most `limit` of them and what the store reads in one call.
   *
   * @param range - from a key, included, to before another one
   */
  lastPage(
    partition: string,
    range: { readonly from: string; readonly before: string },
    limit: number,
  ): Promise<Page>;
  /** Those that exist, in no order. */
  getMany(partition: string, keys: readonly string[]): Promise<readonly Item[]>;
  get(partition: string, key: string): Promise<Item | undefined>;
  /**
   * Puts an item. A key is always written in one of two ways: with `rev`, only if the item's revision is still this (0: no
   * item yet), and the new one is one higher; or without, whatever was stored.
   *
   * @returns whether the condition held. It did for a put that was applied, lost its answer, and was repeated by the client.
   */
  put(partition: string, key: string, value: ItemValue, rev?: number): Promise<boolean>;
  /** @returns whether the condition held: there is no such item, or its revision is still `rev` */
  remove(partition: string, key: string, rev?: number): Promise<boolean>;
}
