import type { Json, JsonObject, Pointer } from './json.types.ts';
import { isJsonObject } from './json.ts';

/** The reference tokens of a JSON Pointer (RFC 6901), or undefined if it is none or is the empty one. */
export function parsePointer(pointer: Pointer): readonly string[] | undefined {
  if (!pointer.startsWith('/') || /~(?![01])/.test(pointer)) return undefined;
  return pointer
    .slice(1)
    .split('/')
    .map((token) => token.replaceAll('~1', '/').replaceAll('~0', '~'));
}

export function formatPointer(tokens: readonly string[]): Pointer {
  return tokens.map((token) => `/${token.replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}

/** Whether `pointer` is `ancestor` or lies under it. */
export function isWithin(pointer: Pointer, ancestor: Pointer): boolean {
  return pointer === ancestor || pointer.startsWith(`${ancestor}/`);
}

function tokensOf(pointer: Pointer): readonly string[] {
  const tokens = parsePointer(pointer);
  if (!tokens) throw new RangeError(`not a JSON Pointer: ${JSON.stringify(pointer)}`);
  return tokens;
}

/** The value at `pointer`; undefined if any step is absent. Only own members count, so `__proto__` is a plain key. */
export function getAt(value: Json, pointer: Pointer): Json | undefined {
  let current: Json | undefined = value;
  for (const token of tokensOf(pointer)) {
    if (typeof current !== 'object' || current === null || !Object.hasOwn(current, token)) {
      return undefined;
    }
    current = (current as Readonly<Record<string, Json>>)[token];
  }
  return current;
}

/** A copy of `object` with `value` at `pointer` (undefined: without it). Objects on the way are made where they lack. */
export function setAt(object: JsonObject, pointer: Pointer, value: Json | undefined): JsonObject {
  return setTokens(object, tokensOf(pointer), value);
}

function setTokens(
  object: JsonObject,
  [head, ...rest]: readonly string[],
  value: Json | undefined,
): JsonObject {
  const key = head as string;
  const { [key]: child, ...others } = object;
  if (rest.length === 0 && value === undefined) return others;
  const inner = isJsonObject(child) ? child : {};
  // The spread keeps the member's place, so that what is taken from live keeps its order.
  return { ...object, [key]: rest.length === 0 ? (value as Json) : setTokens(inner, rest, value) };
}
