/** One figure with what it is held against. */
export interface Measure {
  readonly what: string;
  readonly value: string;
  readonly target?: string;
  /** Whether the target is met; absent without a target. */
  readonly met?: boolean;
}

/** What one benchmark found. */
export interface Section {
  readonly title: string;
  /** What the floor does; without a floor, what is measured. */
  readonly floor: string;
  readonly measures: readonly Measure[];
  /** Figures by row, where a measure alone says too little. */
  readonly table?: { readonly head: readonly string[]; readonly rows: readonly string[][] };
  readonly notes?: readonly string[];
}

/** A ratio to the floor, held against the highest that is allowed. */
export function ratioMeasure(what: string, ratio: number, most: number): Measure {
  return { what, value: `${ratio.toFixed(2)} ×`, target: `≤ ${most} ×`, met: ratio <= most };
}

/** A count, held against the one that is expected. */
export function countMeasure(what: string, count: number, expected: number): Measure {
  return { what, value: String(count), target: String(expected), met: count === expected };
}

/** Calls of ours and of the floor, by operation, and whether they are the same. */
export function callsMeasure(
  what: string,
  ours: Readonly<Record<string, number>>,
  floor: Readonly<Record<string, number>>,
): Measure {
  return {
    what,
    value: callsText(ours),
    target: callsText(floor),
    met: callsText(ours) === callsText(floor),
  };
}

export function callsText(calls: Readonly<Record<string, number>>): string {
  return Object.keys(calls)
    .toSorted()
    .map((name) => `${name} ${calls[name]}`)
    .join(', ');
}
