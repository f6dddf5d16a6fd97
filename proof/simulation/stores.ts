import type { JsonObject } from '../../lib/model/json/json.types.ts';
import type { DesiredRow } from '../../lib/desired/desired-store.types.ts';

/** One version of what stood somewhere from a moment on; without a value, nothing stood there. */
export interface Version<T> {
  readonly at: number;
  readonly value: T;
}

/** A value with all that it ever was. */
export class Versions<T> {
  readonly all: Version<T>[];

  constructor(at: number, value: T) {
    this.all = [{ at, value }];
  }

  get current(): T {
    return (this.all.at(-1) as Version<T>).value;
  }

  /** How many there were before the current one. */
  get index(): number {
    return this.all.length - 1;
  }

  set(at: number, value: T): void {
    this.all.push({ at, value });
  }

  /** What it was at a moment; the first if that was before. */
  at(time: number): T {
    const found = this.all.findLast(({ at }) => at <= time) ?? this.all[0];
    return (found as Version<T>).value;
  }
}

/** The table `Desired`, with its history. */
export class DesiredRows {
  /** By connection, then item. */
  readonly rows = new Map<string, Map<string, Versions<JsonObject | undefined>>>();
  /** Names of connections: what its index showed when. */
  readonly index: Versions<readonly string[]>;

  constructor(at: number) {
    this.index = new Versions(at, []);
  }

  put(at: number, connection: string, item: string, row: JsonObject | undefined): void {
    const items = this.rows.get(connection) ?? new Map<string, Versions<JsonObject | undefined>>();
    this.rows.set(connection, items);
    const versions = items.get(item);
    if (versions) versions.set(at, row);
    else items.set(item, new Versions(at, row));
    const listed = [...this.rows].flatMap(([name, all]) =>
      all.get('connection')?.current ? [name] : [],
    );
    this.index.set(at, listed);
  }

  of(connection: string, ids?: readonly string[]): readonly DesiredRow[] {
    const wanted =
      ids &&
      new Set(['connection', ...ids.map((id) => (id.startsWith('new#') ? id : `server#${id}`))]);
    return [...(this.rows.get(connection) ?? [])]
      .flatMap(([item, { current }]) =>
        current && (!wanted || wanted.has(item)) ? [{ item, value: current }] : [],
      )
      .toSorted((a, b) => (a.item < b.item ? -1 : 1));
  }

  /** Which version of each row stands now. */
  indexes(connection: string): ReadonlyMap<string, number> {
    const items = this.rows.get(connection) ?? new Map<string, Versions<JsonObject | undefined>>();
    return new Map([...items].map(([item, { index }]) => [item, index]));
  }
}
