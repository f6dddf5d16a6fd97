import type { Json, JsonObject } from './json.types.ts';

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * The same text for equal values: object keys sorted by code unit, no white space. Used for hashes and to compare sets.
 */
export function canonicalJson(value: Json): string {
  if (typeof value === 'string') return quoted(value);
  if (!isJsonObject(value)) {
    return Array.isArray(value) ? canonicalList(value) : JSON.stringify(value);
  }
  let text = '';
  for (const key of Object.keys(value).toSorted()) {
    text += `${text === '' ? '{' : ','}${quoted(key)}:${canonicalJson(value[key] as Json)}`;
  }
  return text === '' ? '{}' : `${text}}`;
}

function canonicalList(members: readonly Json[]): string {
  let text = '';
  for (const member of members) text += `${text === '' ? '[' : ','}${canonicalJson(member)}`;
  return text === '' ? '[]' : `${text}]`;
}

/** Text that needs no escaping, which is most text. */
const plain = /^[ !#-[\]-\ud7ff\ue000-\uffff]*$/;

function quoted(text: string): string {
  return plain.test(text) ? `"${text}"` : JSON.stringify(text);
}

export function equalJson(a: Json, b: Json): boolean {
  return a === b || canonicalJson(a) === canonicalJson(b);
}
