import fc from 'fast-check';
import { strangeKey } from './strange.ts';

/** One change of a value at a place; `at` and `from` count the places of the value as it is then. */
export type Edit =
  | { readonly kind: 'replace' | 'append'; readonly at: number; readonly value: unknown }
  | { readonly kind: 'add'; readonly at: number; readonly key: string; readonly value: unknown }
  | { readonly kind: 'rename'; readonly at: number; readonly key: string }
  | { readonly kind: 'remove' | 'repeat'; readonly at: number }
  | { readonly kind: 'copy'; readonly at: number; readonly from: number };

type Path = readonly (string | number)[];

const place = fc.nat(10_000);

/** Up to so many edits, with `value` in the places. */
export function editsOf(value: fc.Arbitrary<unknown>, atMost = 4): fc.Arbitrary<readonly Edit[]> {
  const edit: fc.Arbitrary<Edit> = fc.oneof(
    {
      weight: 5,
      arbitrary: fc.record({ kind: fc.constant('replace' as const), at: place, value }),
    },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('append' as const), at: place, value }) },
    {
      weight: 3,
      arbitrary: fc.record({
        kind: fc.constant('add' as const),
        at: place,
        key: strangeKey,
        value,
      }),
    },
    {
      weight: 2,
      arbitrary: fc.record({ kind: fc.constant('rename' as const), at: place, key: strangeKey }),
    },
    {
      weight: 2,
      arbitrary: fc.record({
        kind: fc.constantFrom('remove' as const, 'repeat' as const),
        at: place,
      }),
    },
    {
      weight: 2,
      arbitrary: fc.record({ kind: fc.constant('copy' as const), at: place, from: place }),
    },
  );
  return fc.array(edit, { maxLength: atMost });
}

/** The value with the edits made, one after the other; itself untouched. */
export function edited(value: unknown, edits: readonly Edit[]): unknown {
  return edits.reduce(apply, value);
}

const isHolder = (value: unknown): value is Record<string, unknown> | unknown[] =>
  Array.isArray(value) ||
  (typeof value === 'object' &&
    value !== null &&
    Object.getPrototypeOf(value) === Object.prototype);

/** Places are counted up to this depth: what an edit put in may be endless. */
const deepest = 8;

function pathsOf(value: unknown, path: Path = []): Path[] {
  if (!isHolder(value) || path.length >= deepest) return [path];
  const keys = Array.isArray(value) ? [...value.keys()] : Object.keys(value);
  return [
    path,
    ...keys.slice(0, 40).flatMap((key) => pathsOf(Reflect.get(value, key), [...path, key])),
  ];
}

function at(value: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (inner, key) => (isHolder(inner) ? own(inner, key) : undefined),
    value,
  );
}

function own(holder: object, key: string | number): unknown {
  return Object.hasOwn(holder, key)
    ? (Object.getOwnPropertyDescriptor(holder, key)?.value as unknown)
    : undefined;
}

function apply(value: unknown, edit: Edit): unknown {
  const paths = pathsOf(value);
  const path = paths[edit.at % paths.length] as Path;
  const here = at(value, path);
  switch (edit.kind) {
    case 'replace':
      return change(value, path, () => edit.value);
    case 'append':
      return change(value, path, (old) =>
        Array.isArray(old) ? [...(old as unknown[]), edit.value] : old,
      );
    case 'add':
      return change(value, path, (old) =>
        isHolder(old) && !Array.isArray(old)
          ? fromEntries([...Object.entries(old), [edit.key, edit.value]])
          : old,
      );
    case 'copy':
      return change(value, path, () => at(value, paths[edit.from % paths.length] as Path));
    case 'remove':
    case 'repeat':
    case 'rename': {
      const key = path.at(-1);
      if (key === undefined) return value;
      return change(value, path.slice(0, -1), (holder) => around(holder, key, edit, here));
    }
  }
}

function around(holder: unknown, key: string | number, edit: Edit, here: unknown): unknown {
  if (!isHolder(holder)) return holder;
  if (Array.isArray(holder)) {
    const added = edit.kind === 'repeat' ? [here, here] : [];
    return edit.kind === 'rename' ? holder : holder.toSpliced(Number(key), 1, ...added);
  }
  const entries = Object.entries(holder);
  if (edit.kind === 'rename') {
    return fromEntries(entries.map(([name, member]) => [name === key ? edit.key : name, member]));
  }
  return edit.kind === 'remove' ? fromEntries(entries.filter(([name]) => name !== key)) : holder;
}

const fromEntries = (entries: readonly (readonly [string, unknown])[]) =>
  Object.fromEntries(entries) as unknown;

function change(value: unknown, [key, ...rest]: Path, make: (old: unknown) => unknown): unknown {
  if (key === undefined) return make(value);
  if (!isHolder(value)) return value;
  const inner = change(own(value, key), rest, make);
  if (Array.isArray(value)) return value.with(Number(key), inner);
  return fromEntries(
    Object.entries(value).map(([name, member]) => [name, name === key ? inner : member]),
  );
}
