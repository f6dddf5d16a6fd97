import { Remembered } from '../core/remembered.ts';
import { isItem } from './attribute-values.ts';
import { stored, type PageReader, type StoredItem } from './stored-item.ts';

interface Known<T> {
  readonly value: StoredItem['value'];
  readonly read: T;
}

/** Items of all connections; 1 to 2 KB each. */
const mostItems = 20_000;

/**
 * What the items of a table were read to, for as long as the process lives. Each pass reads all of them; one that says what
 * it said before is what it was then: of a server's record that takes a quarter of the time of reading it. Binary attributes
 * and sets are never taken for the same.
 */
export class KnownItems<T> {
  readonly #known = new Remembered<Known<T>>(mostItems);

  /** Reads all items of a range, always the same one, each by `read` unless it is known. What `read` gives must not be changed. */
  of(connection: string, read: (stored: StoredItem) => T): PageReader<T> {
    const reading = this.#known.of(connection);
    return {
      take: (item) => {
        const key = item['item']?.S ?? '';
        const found = reading.get(key);
        if (found && isItem(item, found.value)) return found.read;
        const one = stored(item);
        const known = { value: one.value, read: read(one) };
        reading.set(key, known);
        return known.read;
      },
      end: () => reading.end(true),
    };
  }
}
