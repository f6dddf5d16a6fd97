import { foreignValues } from '../../model/json/foreign-values.ts';
import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import type { ItemValue, Writable } from '../table.ts';

/** An item in DynamoDB's format. */
export type Attributes = Record<string, AttributeValue>;

/** A value as DynamoDB stores it. Numbers must be finite. */
export function toItem(values: ItemValue): Attributes {
  return Object.fromEntries(
    Object.entries(values).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, toAttribute(value)]],
    ),
  );
}

function toAttribute(value: Exclude<Writable, undefined>): AttributeValue {
  if (value === null) return { NULL: true };
  if (typeof value === 'boolean') return { BOOL: value };
  if (typeof value === 'number') return { N: String(value) };
  if (typeof value === 'string') return { S: value };
  if (value instanceof Uint8Array) return { B: value };
  if (isWritableList(value)) return { L: value.map((member) => toAttribute(member ?? null)) };
  return { M: toItem(value) };
}

const isWritableList = (value: object): value is readonly Writable[] => Array.isArray(value);

/**
 * An item as plain values. Rows may be written by any tool, so a value that JSON does not have (sets, binary, a number
 * that JavaScript cannot represent exactly) becomes a symbol, which no schema accepts. The SDK's marshaller throws for
 * some of these and returns others as objects, which a schema may accept as `{}`.
 */
export function fromItem(item: Attributes): Record<string, unknown> {
  const values: Record<string, unknown> = {};
  for (const name of Object.keys(item)) {
    const value = fromAttribute(item[name]);
    // An assignment would change the prototype.
    if (name === '__proto__') Object.defineProperty(values, name, { value, enumerable: true });
    else values[name] = value;
  }
  return values;
}

function fromAttribute(value: AttributeValue | undefined): unknown {
  // The SDK returns undefined for an attribute named `__proto__`.
  if (value === undefined) return foreignValues.unknown;
  if (value.S !== undefined) return value.S;
  if (value.N !== undefined) return fromNumber(value.N);
  if (value.BOOL !== undefined) return value.BOOL;
  if (value.NULL !== undefined) return null;
  if (value.M !== undefined) return fromItem(value.M);
  if (value.L !== undefined) return value.L.map(fromAttribute);
  if (value.B !== undefined) return foreignValues.binary;
  if (value.SS || value.NS || value.BS) return foreignValues.set;
  return foreignValues.unknown;
}

function fromNumber(text: string): number | symbol {
  const number = Number(text);
  const shown = String(number);
  if (shown === text) return number;
  return decimal(shown) === decimal(text) ? number : foreignValues.longNumber;
}

/** The same text for equal decimal numbers: `1.50`, `15e-1` and `1.5` are all `15e-1`. */
function decimal(text: string): string {
  const match = /^([+-]?)(\d*)\.?(\d*)(?:e([+-]?\d+))?$/i.exec(text);
  if (!match) return text;
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = match;
  const digits = `${whole}${fraction}`.replace(/^0+/, '');
  const significant = digits.replace(/0+$/, '');
  if (significant === '') return '0';
  const shift = Number(exponent) - fraction.length + (digits.length - significant.length);
  return `${sign === '-' ? '-' : ''}${significant}e${shift}`;
}
