import type { JsonObject } from '../model/json/json.types.ts';
import { isJsonObject } from '../model/json/json.ts';
import type { SecretRequest } from '../model/secret.ts';

/** The text of a reference, or its problem, which has nothing of the text. */
export type SecretText =
  | { readonly found: true; readonly text: string }
  | { readonly found: false; readonly code: 'key' | 'value'; readonly problem: string };

/**
 * The whole value, or the text under `key` of a JSON object, without white space and a byte order mark around it:
 * editors and `echo` add a line end that is not part of the secret. A problem has nothing of the value; messages of
 * JSON.parse are not used because they repeat their input.
 *
 * | value                                    | why it is refused |
 * |------------------------------------------|-------------------|
 * | not text, or no such key                 | there is nothing to send |
 * | empty, or only white space               | not a secret |
 * | a JSON object, and no `key`              | a member of it is meant |
 * | control characters, lone surrogates      | another kind of file or encoding |
 * | line breaks                              | the same, unless the field may have several lines |
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
    return problem('key', `is not a JSON object, so it has no key '${key}'`);
  }
  if (!Object.hasOwn(object, key)) {
    return problem('key', `has no key '${key}'; it has ${othersText(object)}`);
  }
  const text = object[key];
  if (typeof text !== 'string') return problem('key', `has no text under the key '${key}'`);
  return checked(text.trim(), ` under the key '${key}'`, multiline);
}

const lineEnds = /\r\n|[\n\r\u0085\u2028\u2029]/g;

function checked(text: string, where: string, multiline: boolean): SecretText {
  if (text === '') return problem('value', where === '' ? 'is empty' : `has nothing${where}`);
  const rest = text.replaceAll(lineEnds, '');
  if (/\p{Cc}/u.test(rest) || !rest.isWellFormed()) {
    return problem('value', `has control characters${where}: it has another encoding`);
  }
  if (rest !== text && !multiline) {
    return problem('value', `has several lines${where}; it must have one`);
  }
  return { found: true, text };
}

/** The number of keys. Their names are not shown, because they are part of the value. */
function membersText(object: JsonObject): string {
  const { length } = Object.keys(object);
  return length === 1 ? 'with 1 member' : `with ${length} members`;
}

function othersText(object: JsonObject): string {
  const { length } = Object.keys(object);
  return length === 0 ? 'none' : length === 1 ? '1 other' : `${length} others`;
}

function parse(value: string): unknown {
  // Any other JSON is used as text.
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
