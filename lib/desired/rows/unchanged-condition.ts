import { connectionRowSchema, serverRowSchema } from '../rules/schema.ts';
import type { Writable } from '../../table/table.ts';
import type { Condition } from '../../table/dynamodb/expressions.ts';

/** A row as it was read: absent, or its attributes without the keys. */
export type SeenRow = 'absent' | Readonly<Record<string, unknown>>;

/** All attributes that a row may have; any other makes it invalid. */
const attributes = [
  ...Object.keys(connectionRowSchema.shape),
  ...Object.keys(serverRowSchema.shape),
].filter((name) => name !== 'connection' && name !== 'item');

/** An expression may have 4 KB and 300 operators; each comparison counts as two, with its AND. */
const comparisonsAtMost = 140;
const charactersAtMost = 4000;

/**
 * The condition that a row has not changed since it was read. It compares the content, not only `generation`, because
 * other tools write rows without one or do not change it. Values are compared one by one from the top down, because
 * local servers cannot compare whole objects. If a row has more values than a condition can have, only the sizes of the
 * remaining objects and lists are compared.
 */
export function still(seen: SeenRow): Condition {
  if (seen === 'absent') return { expression: 'attribute_not_exists(#item)' };
  const names: Record<string, string> = {};
  const values: Record<string, Writable> = {};
  const placeholders = new Map<string, string>();
  const nameFor = (name: string) => {
    const placeholder = placeholders.get(name) ?? `#n${placeholders.size}`;
    placeholders.set(name, placeholder);
    names[placeholder] = name;
    return placeholder;
  };
  const top = new Set([...attributes, ...Object.keys(seen)]);
  const queue = [...top].map((name): Place => [nameFor(name), seen[name]]);
  let expression = 'attribute_exists(#item)';
  for (const [index, place] of queue.entries()) {
    const [text, value] = comparison(place, `:v${index}`);
    const longer = `${expression} AND ${text}`;
    if (index >= comparisonsAtMost || longer.length > charactersAtMost) break;
    expression = longer;
    if (value !== undefined) values[`:v${index}`] = value;
    // The queue grows during the loop: deeper values are added at its end.
    queue.push(...membersOf(place, nameFor));
  }
  return { expression, names, ...(Object.keys(values).length > 0 && { values }) };
}

type Place = readonly [path: string, value: unknown];

/** @returns the expression, and the value for `name` */
function comparison([path, value]: Place, name: string): readonly [string, Writable?] {
  if (value === undefined) return [`attribute_not_exists(${path})`];
  if (typeof value === 'object' && value !== null) {
    return [`size(${path}) = ${name}`, Object.keys(value).length];
  }
  // A value that JSON does not have, such as a set, was read as a symbol.
  return isScalar(value) ? [`${path} = ${name}`, value] : [`attribute_exists(${path})`];
}

function membersOf([path, value]: Place, nameFor: (name: string) => string): readonly Place[] {
  if (typeof value !== 'object' || value === null) return [];
  if (Array.isArray(value)) {
    return value.map((member: unknown, index): Place => [`${path}[${index}]`, member]);
  }
  return Object.entries(value).map(([key, member]): Place => [`${path}.${nameFor(key)}`, member]);
}

function isScalar(value: unknown): value is null | boolean | number | string {
  return value === null || ['boolean', 'number', 'string'].includes(typeof value);
}
