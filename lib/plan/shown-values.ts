import type { Json } from '../model/json/json.types.ts';
import type { ShownValue } from '../model/ledger.types.ts';

interface Shown {
  readonly before: ShownValue;
  readonly after: ShownValue;
}

/**
 * A value as it is stored for output: if its JSON is longer than `limit` characters, a text with its beginning and its
 * length. Comparing uses hashes and fingerprints instead.
 */
export function capped(value: ShownValue, limit: number): ShownValue {
  if (value.kind !== 'value') return value;
  const json = JSON.stringify(value.value);
  if (json.length <= limit) return value;
  const text: Json = `${json.slice(0, limit)}… (${json.length} characters)`;
  return { kind: 'value', value: text };
}

/** `before` and `after` of a change, capped. */
export function cappedChange<T extends Shown>(change: T, limit: number): T {
  return { ...change, before: capped(change.before, limit), after: capped(change.after, limit) };
}

/** The first form that fits into `maximum` bytes, or the last form if none does. */
export function firstThatFits<T, L>(
  limits: readonly [L, ...L[]],
  form: (limit: L) => T,
  size: (form: T) => number,
  maximum: number,
): T {
  const [first, ...others] = limits;
  let made = form(first);
  for (const limit of others) {
    if (size(made) <= maximum) break;
    made = form(limit);
  }
  return made;
}
