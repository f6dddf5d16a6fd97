/** What a table can hold and JSON does not know, as a value that no schema takes; its description is for people. */
export const foreignValues = {
  set: Symbol('DynamoDB set'),
  binary: Symbol('DynamoDB binary'),
  longNumber: Symbol('number with more digits than are kept'),
  unknown: Symbol('unknown type'),
} as const;

const all: ReadonlySet<unknown> = new Set(Object.values(foreignValues));

/** What a value of `foreignValues` is; undefined for others: the description of another symbol may be anything. */
export function foreignValue(value: unknown): string | undefined {
  return typeof value === 'symbol' && all.has(value) ? value.description : undefined;
}
