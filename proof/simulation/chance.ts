/** Choices that a seed decides: the same seed and purpose give the same ones, whatever else was chosen. */
export interface Chance {
  /** From 0 to 1, 1 excluded. */
  readonly next: () => number;
  /** A whole number from `low` to `high`, both included. */
  readonly between: (low: number, high: number) => number;
  /** Whether something of this probability happens. */
  readonly is: (probability: number) => boolean;
  readonly pick: <T>(from: readonly T[]) => T;
  /** By weight. */
  readonly weighed: <T>(from: readonly (readonly [weight: number, value: T])[]) => T;
}

/** Mulberry32, begun from an FNV-1a hash of seed and purpose. */
export function chanceOf(seed: number, purpose: string): Chance {
  let state = 0x811c9dc5;
  for (const character of `${seed} ${purpose}`) {
    state = Math.imul(state ^ character.charCodeAt(0), 0x01000193);
  }
  const next = () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const between = (low: number, high: number) => low + Math.floor(next() * (high - low + 1));
  return {
    next,
    between,
    is: (probability) => next() < probability,
    pick: <T>(from: readonly T[]) => from[between(0, from.length - 1)] as T,
    weighed: (from) => {
      let left = next() * from.reduce((sum, [weight]) => sum + weight, 0);
      const found = from.find(([weight]) => (left -= weight) < 0) ?? from[from.length - 1];
      return (found as (typeof from)[number])[1];
    },
  };
}
