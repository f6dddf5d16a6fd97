import type { JsonObject } from '../model/json/json.types.ts';
import { isJsonObject } from '../model/json/json.ts';
import type { SecretRequest } from '../model/secret.ts';

/** The text that a reference means, or what is wrong with it, without any of it. */
export type SecretText =
  | { readonly found: true; readonly text: string }
  | { readonly found: false; readonly code: 'key' | 'value'; readonly problem: string };

/**
 * The whole value, or the text under `key` of a JSON object, without white space and a byte order mark around it: editors
 * and `echo` leave a line end that is not part of the secret. Nothing of the value is in a problem: what JSON.parse says
 * repeats its input, and so it is not passed on.
 *
 * | value                                    | why it is refused |
 * |------------------------------------------|-------------------|
 * | no text, or no such key                  | there is nothing to send |
 * | empty, or nothing but white space        | no secret |
 * | a JSON object, and no `key`              | a member of it is meant |
 * | control characters, halves of characters | a file of another kind or encoding |
 * | line ends                                | the same, unless the field may have several lines |
 */
export function secretText(
  value: string | undefined,
  { key, multiline = false }: Pick<SecretRequest, 'key' | 'multiline'> = {},
): SecretText {
  if (value === undefined) return problem('value', 'is binary; only text can be used');
  const whole = value.trim();
  if (key === undefined) {
    const parsed = parse(whole);
    return isJsonObject(parsed)
      ? problem('value', `is a JSON object ${membersText(parsed)}: name one with 'key'`)
      : checked(whole, '', multiline);
  }
  const object = parse(whole);
  if (!isJsonObject(object)) {
    return problem('key', `is not a JSON object, so it has no member '${key}'`);
  }
  if (!Object.hasOwn(object, key)) {
    return problem('key', `has no member '${key}'; it has ${othersText(object)}`);
  }
  const text = object[key];
  if (typeof text !== 'string') return problem('key', `has no text in its member '${key}'`);
  return checked(text.trim(), ` in its member '${key}'`, multiline);
}

const lineEnds = /\r\n|[\n\r\u0085\u2028\u2029]/g;

function checked(text: string, where: string, multiline: boolean): SecretText {
  if (text === '') return problem('value', where === '' ? 'is empty' : `has nothing${where}`);
  const rest = text.replaceAll(lineEnds, '');
  if (/\p{Cc}/u.test(rest) || !rest.isWellFormed()) {
    return problem('value', `has control characters${where}: it is of another encoding`);
  }
  if (rest !== text && !multiline) {
    return problem('value', `has several lines${where}; it must have one`);
  }
  return { found: true, text };
}

/** How many members there are; their names are part of the value. */
function membersText(object: JsonObject): string {
  const { length } = Object.keys(object);
  return length === 1 ? 'with 1 member' : `with ${length} members`;
}

function othersText(object: JsonObject): string {
  const { length } = Object.keys(object);
  return length === 0 ? 'none' : length === 1 ? '1 other' : `${length} others`;
}

function parse(value: string): unknown {
  // Any other JSON is a text like others.
  if (!value.startsWith('{')) return undefined;
  try {
    return JSON.parse(value);
  } catch {
    return undefined;
  }
}

function problem(code: 'key' | 'value', text: string): SecretText {
  return { found: false, code, problem: text };
}
