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
    const one = before?.about === about ? before : { about, items: new Map(), turn: 0 };
    this.#connections.delete(connection);
    this.#connections.set(connection, one);
    const { items } = one;
    one.turn += 1;
    const { turn } = one;
    return {
      get: (item) => {
        const found = items.get(item);
        if (!found) return undefined;
        found.turn = turn;
        return found.value;
      },
      set: (item, value) => {
        if (items.has(item) || items.size < this.#most) items.set(item, { value, turn });
      },
      end: (isWhole) => {
        if (isWhole) {
          for (const [item, entry] of items) if (entry.turn !== turn) items.delete(item);
        }
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
  /** What stays is not moved: a fleet at rest costs nothing but the look. */
  readonly items: Map<string, { readonly value: T; turn: number }>;
  /** Counts readings. */
  turn: number;
}

/** One reading of a connection's items. */
export interface Reading<T> {
  /** What is remembered of an item. */
  get(item: string): T | undefined;
  /** Remembers an item from now on. */
  set(item: string, value: T): void;
  /** Forgets, if these were all items, those that were neither asked for nor set. */
  end(isWhole: boolean): void;
}
