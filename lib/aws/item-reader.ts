import { isTime } from '../core/time.ts';

/** An item that is not as Trueup writes it; the reader turns it into a `StoreError` that names the item. */
export class MalformedItem extends Error {
  /** Where in the item, such as `applied./name.at`. */
  readonly place: string;

  constructor(place: string, expected: string) {
    super(`${place} is not ${expected}`);
    this.name = 'MalformedItem';
    this.place = place;
  }
}

/** Reads the attributes of one map of an item. Every method throws `MalformedItem`, without the value. */
export class ItemReader {
  readonly #value: Readonly<Record<string, unknown>>;
  readonly #within: Within | undefined;

  constructor(value: unknown, within?: Within) {
    if (!isMap(value)) throw new MalformedItem(placeOf(within) || 'the item', 'a map');
    this.#value = value;
    this.#within = within;
  }

  has(name: string): boolean {
    return Object.hasOwn(this.#value, name);
  }

  text(name: string): string {
    const value = this.#value[name];
    if (typeof value !== 'string') throw this.#wrong(name, 'text');
    return value;
  }

  /** Text that is a time in ISO 8601. */
  time(name: string): string {
    const value = this.text(name);
    if (!isTime(value)) throw this.#wrong(name, 'a time');
    return value;
  }

  /** A whole number of at least `minimum`. */
  count(name: string, minimum = 0): number {
    const value = this.#value[name];
    if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < minimum) {
      throw this.#wrong(name, `a whole number of at least ${minimum}`);
    }
    return value;
  }

  number(name: string): number {
    const value = this.#value[name];
    if (typeof value !== 'number') throw this.#wrong(name, 'a number');
    return value;
  }

  oneOf<T extends string>(name: string, allowed: readonly T[]): T {
    const value = this.text(name);
    const found = allowed.find((one) => one === value);
    if (found === undefined) throw this.#wrong(name, `one of ${allowed.join(', ')}`);
    return found;
  }

  texts(name: string): string[] {
    const value = this.#value[name];
    const list: unknown[] = Array.isArray(value) ? value : [undefined];
    return list.map((member) => {
      if (typeof member !== 'string') throw this.#wrong(name, 'a list of text');
      return member;
    });
  }

  /** A list of maps. */
  list(name: string): ItemReader[] {
    const value = this.#value[name];
    if (!Array.isArray(value)) throw this.#wrong(name, 'a list');
    const within = this.#at(name);
    return value.map((member, index) => new ItemReader(member, { within, name: String(index) }));
  }

  map(name: string): ItemReader {
    return new ItemReader(this.#value[name], this.#at(name));
  }

  /** The map at `name`, each of its members read. */
  entries<T>(name: string, read: (member: ItemReader) => T): Record<string, T> {
    const value = this.#value[name];
    if (!isMap(value)) throw this.#wrong(name, 'a map');
    const within = this.#at(name);
    return Object.fromEntries(
      Object.keys(value).map((key) => [
        key,
        read(new ItemReader(value[key], { within, name: key })),
      ]),
    );
  }

  /** `{ [name]: read() }` if the attribute is there, else `{}`: for spreading into a record. */
  optional<K extends string, T>(name: K, read: (name: K) => T): { [P in K]?: T } {
    return this.has(name) ? ({ [name]: read(name) } as { [P in K]?: T }) : {};
  }

  #at(name: string): Within {
    return { within: this.#within, name };
  }

  #wrong(name: string, expected: string): MalformedItem {
    return new MalformedItem(placeOf(this.#at(name)), expected);
  }
}

/** Where a map stands; told only if something is wrong there. */
interface Within {
  readonly within: Within | undefined;
  readonly name: string;
}

function placeOf(within: Within | undefined): string {
  if (!within) return '';
  return within.within ? `${placeOf(within.within)}.${within.name}` : within.name;
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
