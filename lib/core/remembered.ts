/**
 * What a process remembers of the items of each connection, from one reading to the next. Above a number of items the
 * connections that were read longest ago are forgotten.
 */
export class Remembered<T> {
  readonly #most: number;
  readonly #connections = new Map<string, Remembrance<T>>();

  /** @param most - items of all connections together */
  constructor(most: number) {
    this.#most = most;
  }

  /**
   * Begins a reading of a connection.
   *
   * @param about - what else the items depend on: where it differs, nothing is remembered
   */
  of(connection: string, about = ''): Reading<T> {
    const before = this.#connections.get(connection);
    const known = before?.about === about ? before.items : new Map<string, T>();
    const items = new Map<string, T>();
    return {
      get: (item) => known.get(item),
      set: (item, value) => {
        // More than that would not be kept, and is not held until the end of the reading either.
        if (items.size < this.#most) items.set(item, value);
      },
      keep: (isWhole) => {
        if (!isWhole) for (const [item, value] of items) known.set(item, value);
        this.#connections.delete(connection);
        this.#connections.set(connection, { about, items: isWhole ? items : known });
        this.#forgetOldest();
      },
    };
  }

  #forgetOldest(): void {
    let count = 0;
    for (const { items } of this.#connections.values()) count += items.size;
    for (const [connection, { items }] of this.#connections) {
      if (count <= this.#most) continue;
      this.#connections.delete(connection);
      count -= items.size;
    }
  }
}

interface Remembrance<T> {
  readonly about: string;
  readonly items: Map<string, T>;
}

/** One reading of a connection's items. */
export interface Reading<T> {
  /** What was kept of an item before. */
  get(item: string): T | undefined;
  /** Notes an item of this reading. */
  set(item: string, value: T): void;
  /** Remembers what was noted: in place of everything before if these were all items, else beside it. */
  keep(isWhole: boolean): void;
}
