import { isJsonObject } from '../model/json/json.ts';

/** The text that a reference means, or what is wrong with it, without any of it. */
export type SecretText =
  | { readonly found: true; readonly text: string }
  | { readonly found: false; readonly problem: string };

/**
 * The whole value, or the text under `key` of a JSON object. Nothing of the value is in a problem: what JSON.parse says
 * repeats its input, and so it is not passed on.
 */
export function secretText(value: string | undefined, key: string | undefined): SecretText {
  if (value === undefined) return problem('is binary; only text can be used');
  if (key === undefined) return { found: true, text: value };
  const object = parse(value);
  if (!isJsonObject(object)) return problem(`is not a JSON object, so it has no key '${key}'`);
  if (!Object.hasOwn(object, key)) return problem(`has no key '${key}'`);
  const text = object[key];
  if (typeof text !== 'string') return problem(`has no text under the key '${key}'`);
  if (text === '') return problem(`has an empty text under the key '${key}'`);
  return { found: true, text };
}

function parse(value: string): unknown {
  try {
    return JSON.parse(value);
  } catch {
    return undefined;
  }
}

function problem(text: string): SecretText {
  return { found: false, problem: text };
}
