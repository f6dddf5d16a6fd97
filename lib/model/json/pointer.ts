import type { Json, JsonObject, Pointer } from './json.types.ts';
import { isJsonObject } from './json.ts';

/** The reference tokens of a JSON Pointer (RFC 6901), or undefined if it is not one, or is the empty one. */
export function parsePointer(pointer: Pointer): readonly string[] | undefined {
  if (!pointer.startsWith('/')) return undefined;
  const tokens = pointer.slice(1).split('/');
  // Fast path: most pointers have no escapes.
  if (!pointer.includes('~')) return tokens;
  if (/~(?![01])/.test(pointer)) return undefined;
  return tokens.map((token) => token.replaceAll('~1', '/').replaceAll('~0', '~'));
}

export function formatPointer(tokens: readonly string[]): Pointer {
  let pointer = '';
  for (const token of tokens) pointer += `/${/[~/]/.test(token) ? escaped(token) : token}`;
  return pointer;
}

const escaped = (token: string) => token.replaceAll('~', '~0').replaceAll('/', '~1');

/** Whether `pointer` is `ancestor` or lies under it. */
export function isWithin(pointer: Pointer, ancestor: Pointer): boolean {
  return pointer === ancestor || pointer.startsWith(`${ancestor}/`);
}

/** Parsed once: field tables use the same pointers for each server. */
const known = new Map<Pointer, readonly string[]>();
const mostKnown = 1_000;

function tokensOf(pointer: Pointer): readonly string[] {
  const found = known.get(pointer);
  if (found) return found;
  const tokens = parsePointer(pointer);
  if (!tokens) throw new RangeError(`not a JSON Pointer: ${JSON.stringify(pointer)}`);
  if (known.size >= mostKnown) known.clear();
  known.set(pointer, tokens);
  return tokens;
}

/**
 * The value at `pointer`; undefined if any step is absent. Only own members of objects count: `__proto__` is a plain key,
 * and a list is one value, not entered.
 */
export function getAt(value: Json, pointer: Pointer): Json | undefined {
  let found: Json | undefined = value;
  for (const token of tokensOf(pointer)) found = member(found, token);
  return found;
}

function member(value: Json | undefined, key: string): Json | undefined {
  return isJsonObject(value) && Object.hasOwn(value, key) ? value[key] : undefined;
}

/**
 * A copy of `object` with `value` at `pointer`. Missing parent objects are added. If `value` is undefined the member
 * is removed, and its parents stay.
 */
export function setAt(object: JsonObject, pointer: Pointer, value: Json | undefined): JsonObject {
  const tokens = tokensOf(pointer);
  if (value !== undefined) return put(object, tokens, value);
  return getAt(object, pointer) === undefined ? object : remove(object, tokens);
}

function put(object: JsonObject, [head, ...rest]: readonly string[], value: Json): JsonObject {
  const key = head as string;
  const child = member(object, key);
  const inner = isJsonObject(child) ? child : {};
  // The spread keeps the order of members, so that what is copied from live stays in its order.
  return { ...object, [key]: rest.length === 0 ? value : put(inner, rest, value) };
}

function remove(object: JsonObject, [head, ...rest]: readonly string[]): JsonObject {
  const key = head as string;
  const { [key]: child, ...others } = object;
  return rest.length === 0 ? others : { ...object, [key]: remove(child as JsonObject, rest) };
}
