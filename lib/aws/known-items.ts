import { Remembered } from '../core/remembered.ts';
import { isItem } from '../table/dynamodb/attribute-values.ts';
import { stored, type PageReader, type ReadPage, type StoredItem } from './stored-item.ts';

interface KnownItem<T> {
  readonly value: StoredItem['value'];
  readonly read: T;
}

interface KnownPage<T> extends ReadPage<T> {
  readonly digest: string;
  /** Sort keys of its items. */
  readonly keys: readonly string[];
}

/** Items of all connections; 1 to 2 KB each. */
const mostItems = 20_000;

/**
 * What the items of a table were read to, for as long as the process lives. Each pass reads all of them: a page of the bytes
 * that it had before is what it was then. In another page, an item that says what it said before is what it was then; of a
 * server's record that takes a quarter of the time of reading it. By itself, an item with binary attributes or sets is never
 * taken for the same.
 */
export class KnownItems<T> {
  readonly #known = new Remembered<KnownItem<T> | KnownPage<T>>(mostItems);

  /** Reads all items of a range, always the same one, each by `read` unless it is known. What `read` gives must not be changed. */
  of(connection: string, read: (stored: StoredItem) => T): PageReader<T> {
    const reading = this.#known.of(connection);
    let keys: string[] = [];
    return {
      take: (item) => {
        const key = item['item']?.S ?? '';
        keys.push(key);
        const found = reading.get(key);
        if (found && 'read' in found && isItem(item, found.value)) return found.read;
        const one = stored(item);
        const known = { value: one.value, read: read(one) };
        reading.set(key, known);
        return known.read;
      },
      end: () => reading.end(true),
      memory: {
        known: (place, digest) => {
          const page = reading.get(pageKey(place));
          if (!page || !('taken' in page) || page.digest !== digest) return undefined;
          // Asked for, its items are not forgotten.
          for (const key of page.keys) reading.get(key);
          return page;
        },
        note: (place, digest, page) => {
          reading.set(pageKey(place), { ...page, digest, keys });
          keys = [];
        },
      },
    };
  }
}

/** No sort key that Trueup writes; if a row has it nevertheless, each of the two is read anew. */
const pageKey = (place: number) => `page ${place}`;
