import { fromItem, type Attributes as Item } from '../table/dynamodb/attribute-values.ts';

/** A stored item: its sort key, and all attributes as plain values. Binary ones and sets of text are by themselves too. */
export interface StoredItem {
  readonly item: string;
  readonly value: Readonly<Record<string, unknown>>;
  readonly binary: Readonly<Record<string, Uint8Array>>;
  readonly sets: Readonly<Record<string, ReadonlySet<string>>>;
}

export function stored(item: Item): StoredItem {
  const binary: Record<string, Uint8Array> = {};
  const sets: Record<string, ReadonlySet<string>> = {};
  for (const name of Object.keys(item)) {
    const value = item[name];
    if (value?.B !== undefined) binary[name] = value.B;
    if (value?.SS !== undefined) sets[name] = new Set(value.SS);
  }
  return { item: item['item']?.S ?? '', value: fromItem(item), binary, sets };
}

/** Reads the items of one Query, page by page. */
export interface PageReader<T> {
  take(item: Item): T;
  /** All pages were read. */
  end(): void;
  /** Absent where nothing is remembered. */
  readonly memory?: PageMemory<T>;
}

/** Remembers the pages of one Query, each by its place among them, from 0, and the digest of its bytes. */
export interface PageMemory<T> {
  /** What this page was read to, if its bytes are those of the one that had its place; its items count as met. */
  known(place: number, digest: string): ReadPage<T> | undefined;
  /** All items of a page were taken. */
  note(place: number, digest: string, page: ReadPage<T>): void;
}

/** What a page of a Query was read to. */
export interface ReadPage<T> {
  readonly taken: readonly T[];
  /** Where the next one begins. */
  readonly next: Item | undefined;
}

/** Reads each item, and remembers nothing. */
export function readingEach<T>(read: (stored: StoredItem) => T): PageReader<T> {
  return { take: (item) => read(stored(item)), end: () => undefined };
}
