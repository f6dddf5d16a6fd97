/**
 * Values that a table can have and JSON cannot, as symbols that no schema accepts. The description is shown in
 * errors.
 */
export const foreignValues = {
  set: Symbol('DynamoDB set'),
  binary: Symbol('DynamoDB binary'),
  longNumber: Symbol('number with more digits than are kept'),
  unknown: Symbol('unknown type'),
} as const;

const all: ReadonlySet<unknown> = new Set(Object.values(foreignValues));

/** The description of a value of `foreignValues`; undefined for any other value, other symbols included. */
export function foreignValue(value: unknown): string | undefined {
  return typeof value === 'symbol' && all.has(value) ? value.description : undefined;
}
