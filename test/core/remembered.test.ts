import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { Remembered, type Reading } from '../../lib/core/remembered.ts';

/** Reads items of a connection, and says what was known of them. */
function read(
  remembered: Remembered<string>,
  connection: string,
  items: Readonly<Record<string, string>>,
  { about = '', isWhole = true } = {},
): readonly (string | undefined)[] {
  const reading = remembered.of(connection, about);
  const known = Object.keys(items).map((item) => reading.get(item));
  for (const [item, value] of Object.entries(items)) reading.set(item, value);
  reading.end(isWhole);
  return known;
}

describe('what a process remembers', () => {
  test('is what the reading before noted, each connection by itself', () => {
    const remembered = new Remembered<string>(10);
    expect(read(remembered, 'acme', { a: '1', b: '2' })).toEqual([undefined, undefined]);
    expect(read(remembered, 'globex', { a: '3' })).toEqual([undefined]);
    expect(read(remembered, 'acme', { a: '4', b: '5' })).toEqual(['1', '2']);
    expect(read(remembered, 'acme', { a: '', b: '' })).toEqual(['4', '5']);
  });

  test('a reading of all forgets what it did not meet; one of some does not', () => {
    const remembered = new Remembered<string>(10);
    read(remembered, 'acme', { a: '1', b: '2' });
    read(remembered, 'acme', { a: '3' }, { isWhole: false });
    expect(read(remembered, 'acme', { a: '4', b: '5' })).toEqual(['3', '2']);
    read(remembered, 'acme', { a: '6' });
    expect(read(remembered, 'acme', { a: '', b: '' })).toEqual(['6', undefined]);
  });

  test('is also what a reading noted that did not come to its end; it forgets nothing', () => {
    const remembered = new Remembered<string>(10);
    read(remembered, 'acme', { a: '1', b: '2' });
    remembered.of('acme').set('a', '3');
    expect(read(remembered, 'acme', { a: '', b: '' })).toEqual(['3', '2']);
  });

  test('stays if it is only asked for', () => {
    const remembered = new Remembered<string>(10);
    read(remembered, 'acme', { a: '1', b: '2' });
    const reading = remembered.of('acme');
    reading.get('a');
    reading.end(true);
    expect(read(remembered, 'acme', { a: '', b: '' })).toEqual(['1', undefined]);
  });

  test('is nothing where what it depends on differs', () => {
    const remembered = new Remembered<string>(10);
    read(remembered, 'acme', { a: '1', b: '2' }, { about: 'x' });
    expect(read(remembered, 'acme', { a: '3' }, { about: 'y', isWhole: false })).toEqual([
      undefined,
    ]);
    expect(read(remembered, 'acme', { a: '', b: '' }, { about: 'y' })).toEqual(['3', undefined]);
  });

  test('is bounded: the connection that was read longest ago goes first, and nothing above the bound is held', () => {
    const remembered = new Remembered<string>(3);
    read(remembered, 'one', { a: '1' });
    read(remembered, 'two', { a: '2' });
    read(remembered, 'one', { a: '3' });
    read(remembered, 'three', { a: '4', b: '5' });
    expect(read(remembered, 'two', { a: '' }, { isWhole: false })).toEqual([undefined]);
    const large = { a: '1', b: '2', c: '3', d: '4' };
    read(remembered, 'large', large);
    expect(read(remembered, 'large', large)).toEqual(['1', '2', '3', undefined]);
    expect(read(remembered, 'one', { a: '' })).toEqual([undefined]);
  });

  test('of a connection that is forgotten while it is read counts no more', () => {
    const remembered = new Remembered<string>(3);
    read(remembered, 'one', { a: '1', b: '2' });
    const late = remembered.of('one');
    read(remembered, 'two', { a: '3', b: '4' });
    late.set('c', '5');
    late.end(true);
    expect(read(remembered, 'two', { a: '3', b: '4', c: '6' })).toEqual(['3', '4', undefined]);
    expect(read(remembered, 'two', { a: '', b: '', c: '' })).toEqual(['3', '4', '6']);
    expect(read(remembered, 'one', { a: '', b: '', c: '' })).toEqual(Array(3).fill(undefined));
  });

  test('is bounded however readings overlap, and as much is held as the bound allows', () => {
    const most = 5;
    const name = fc.constantFrom('one', 'two', 'three');
    const step = fc.oneof(
      fc.record({ kind: fc.constant('of' as const), name, about: fc.constantFrom('x', 'y') }),
      fc.record({
        kind: fc.constant('set' as const),
        at: fc.nat(9),
        item: fc.constantFrom('a', 'b', 'c', 'd'),
      }),
      fc.record({ kind: fc.constant('end' as const), at: fc.nat(9), isWhole: fc.boolean() }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const [remembered, model] = [new Remembered<number>(most), new Counting(most)];
        const readings: [Reading<number>, Reading<number>][] = [];
        for (const [value, one] of steps.entries()) {
          if (one.kind === 'of') {
            readings.push([remembered.of(one.name, one.about), model.of(one.name, one.about)]);
            continue;
          }
          for (const reading of readings.at(one.at % Math.max(1, readings.length)) ?? []) {
            if (one.kind === 'set') reading.set(one.item, value);
            else reading.end(one.isWhole);
          }
        }
        expect(model.count()).toBeLessThanOrEqual(most);
        for (const connection of ['one', 'two', 'three']) {
          const about = model.aboutOf(connection);
          const [found, expected] = [remembered, model].map((all) => {
            const reading = all.of(connection, about ?? 'x');
            return ['a', 'b', 'c', 'd'].map((item) => reading.get(item));
          });
          expect(found).toEqual(expected);
        }
      }),
    );
  });
});

/** The same, said as plainly as can be: it counts everything each time. */
class Counting {
  readonly #most: number;
  #all: {
    name: string;
    about: string;
    items: Map<string, { value: number; turn: number }>;
    turn: number;
  }[] = [];

  constructor(most: number) {
    this.#most = most;
  }

  of(name: string, about: string): Reading<number> {
    const before = this.#all.find((one) => one.name === name);
    const one = before?.about === about ? before : { name, about, items: new Map(), turn: 0 };
    this.#all = [...this.#all.filter((other) => other.name !== name), one];
    const turn = (one.turn += 1);
    return {
      get: (item) => {
        const found = one.items.get(item);
        if (found) found.turn = Math.max(found.turn, turn);
        return found?.value;
      },
      set: (item, value) => {
        if (!one.items.has(item) && one.items.size >= this.#most) return;
        one.items.set(item, { value, turn });
        while (this.count() > this.#most) this.#all.shift();
      },
      end: (isWhole) => {
        for (const [item, entry] of one.items) {
          if (isWhole && entry.turn !== turn) one.items.delete(item);
        }
      },
    };
  }

  count(): number {
    return this.#all.reduce((sum, { items }) => sum + items.size, 0);
  }

  aboutOf(name: string): string | undefined {
    return this.#all.find((one) => one.name === name)?.about;
  }
}
