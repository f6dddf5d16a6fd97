import type { Issue } from '../../model/errors/errors.ts';
import type { Json } from '../../model/json/json.types.ts';
import { isJsonObject } from '../../model/json/json.ts';
import { formatPointer } from '../../model/json/pointer.ts';

/** The placeholder syntax of shells, CI systems, templates and documentation. */
const placeholders = [
  /^\$\{(?:[^{}]|\$\{[^{}]*\})*\}$/,
  /^\$\{\{[^{}]*\}\}$/,
  /^\{\{[^{}]*\}\}$/,
  /^\{\{\{[^{}]*\}\}\}$/,
  /^\$\([^()]*\)$/,
  /^#\{[^{}]*\}#?$/,
  /^<%[^<>]*%>$/,
  // Without brackets, an underscore is required: `$USD` may be a real value.
  /^\$[A-Z][A-Z0-9]*_[A-Z0-9_]+$/,
  /^%[A-Z][A-Z0-9_]*%$/,
  /^<[a-z][\w .-]*>$/i,
];

const unseen = /\p{Default_Ignorable_Code_Point}/gu;

/** Longer texts are not placeholders. */
const longest = 256;

/**
 * Texts that consist only of a placeholder that was not filled in. The issue does not repeat it, because it may be a
 * secret.
 */
export function placeholderIssues(value: Json, path = ''): Issue[] {
  if (typeof value === 'string') return isPlaceholder(value) ? [{ path, ...finding }] : [];
  if (Array.isArray(value)) {
    return value.flatMap((member: Json, index) => placeholderIssues(member, `${path}/${index}`));
  }
  if (!isJsonObject(value)) return [];
  return Object.entries(value).flatMap(([key, member]) =>
    placeholderIssues(member, `${path}${formatPointer([key])}`),
  );
}

function isPlaceholder(text: string): boolean {
  const trimmed = text.length > longest ? '' : text.replaceAll(unseen, '').trim();
  return placeholders.some((pattern) => pattern.test(trimmed));
}

const finding = {
  problem: 'is a placeholder that was not filled in',
  expected: 'must be the value itself',
};
