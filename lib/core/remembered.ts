/**
 * What a process remembers of the items of each connection, from one reading to the next. Above a number of items the
 * connections that were read longest ago are forgotten.
 */
export class Remembered<T> {
  readonly #most: number;
  readonly #connections = new Map<string, Remembrance<T>>();
  /** Items of all connections: counted on the way, as there may be thousands of connections, each with readings of its own. */
  #count = 0;

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
    const one =
      before?.about === about ? before : { about, items: new Map(), turn: 0, isKept: true };
    if (before && before !== one) this.#forget(connection, before);
    this.#connections.delete(connection);
    this.#connections.set(connection, one);
    const { items } = one;
    one.turn += 1;
    const { turn } = one;
    return {
      get: (item) => {
        const found = items.get(item);
        if (!found) return undefined;
        // A reading that began before is late, and another has met it since.
        found.turn = Math.max(found.turn, turn);
        return found.value;
      },
      set: (item, value) => {
        const size = items.size;
        if (!items.has(item) && size >= this.#most) return;
        items.set(item, { value, turn });
        if (one.isKept) this.#count += items.size - size;
        this.#forgetOldest();
      },
      end: (isWhole) => {
        if (isWhole) {
          const size = items.size;
          for (const [item, entry] of items) if (entry.turn !== turn) items.delete(item);
          if (one.isKept) this.#count += items.size - size;
        }
      },
    };
  }

  #forgetOldest(): void {
    while (this.#count > this.#most) {
      // Of a map, the first is the one that was set longest ago; there is one, as something was counted.
      const first = this.#connections.entries().next().value;
      this.#forget(...(first as [string, Remembrance<T>]));
    }
  }

  #forget(connection: string, one: Remembrance<T>): void {
    this.#connections.delete(connection);
    this.#count -= one.items.size;
    one.isKept = false;
  }
}

interface Remembrance<T> {
  readonly about: string;
  /** What stays is not moved: a fleet at rest costs nothing but the look. */
  readonly items: Map<string, { readonly value: T; turn: number }>;
  /** Counts readings. */
  turn: number;
  /** Not if it was forgotten while a reading of it was under way. */
  isKept: boolean;
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
