import type { Json } from '../../model/json/json.types.ts';
import { isJsonObject } from '../../model/json/json.ts';

/**
 * The vendor's reason in an error body, and its code, unchanged. Use `vendorText` before showing them.
 *
 * | form | from |
 * |---|---|
 * | `{error, message, details?}` | [doc] |
 * | `{detail: "text"}` | [copy] |
 * | `{detail: [{loc, msg, type}]}` | 422 [copy] |
 * | `{detail: {error}}` | [run] |
 * | `{error: {code, message, details?}}` | [doc] |
 * | `{error, error_description}` | token endpoints, RFC 6749 |
 * | plain text | proxies; [copy] |
 *
 * `details`, and the parts of a 422 that repeat the input, are left out because they may contain anything.
 */
export interface Reason {
  /** Absent if the body has none. */
  readonly text?: string;
  /** A code, such as `INVALID_REQUEST`. */
  readonly code?: string;
}

/** @param parsed - the body's JSON; undefined if it is not JSON */
export function reasonIn(body: string, parsed: Json | undefined): Reason {
  const text = textIn(body.trim(), parsed);
  const code = codeIn(parsed);
  return { ...(text !== undefined && { text }), ...(code !== undefined && { code }) };
}

function codeIn(parsed: Json | undefined): string | undefined {
  const { error } = isJsonObject(parsed) ? parsed : {};
  const code = isJsonObject(error) ? error['code'] : error;
  return typeof code === 'string' && /^[\w.-]{1,64}$/.test(code) ? code : undefined;
}

/** Whether an answer is an HTML page, which comes from a proxy and not from the vendor's API. */
export function isHtml(body: string, contentType: string | null): boolean {
  return (
    /^\s*text\/html\b/i.test(contentType ?? '') || /^\s*<(?:!doctype|html|head|body)\b/i.test(body)
  );
}

function textIn(body: string, parsed: Json | undefined): string | undefined {
  if (isHtml(body, null)) return 'an HTML page';
  if (parsed === undefined) return isTornJson(body) ? undefined : body;
  return reasonOf(parsed);
}

/** JSON that is truncated or in another encoding: it contains the vendor's data and not a reason. */
function isTornJson(body: string): boolean {
  const text = body.replaceAll('\0', '');
  return /^[^\p{L}\p{N}]*[[{"]/u.test(text) || /"\s*:/.test(text);
}

function reasonOf(body: Json): string | undefined {
  if (typeof body === 'string') return body;
  if (!isJsonObject(body)) return undefined;
  const { error, message, detail, error_description: description } = body;
  if (isJsonObject(error)) return joined(error['code'], error['message']);
  if (Array.isArray(detail)) return detail.flatMap(problemOf).join('; ') || undefined;
  if (typeof detail === 'string') return joined(error, detail);
  if (isJsonObject(detail)) return joined(detail['error'], detail['message']);
  return joined(error, message ?? description);
}

/** `body.slug: string does not match` of a `{loc, msg, type}`. */
function problemOf(problem: Json): string[] {
  if (!isJsonObject(problem)) return [];
  const { loc, msg } = problem;
  return [joined(Array.isArray(loc) ? loc.filter(isName).join('.') : undefined, msg) ?? []].flat();
}

const isName = (part: Json) => typeof part === 'string' || typeof part === 'number';

function joined(...parts: readonly (Json | undefined)[]): string | undefined {
  const texts = parts.filter((part): part is string => typeof part === 'string' && part !== '');
  return texts.length === 0 ? undefined : texts.join(': ');
}

/** The JSON of a text, or undefined if it is not JSON. */
export function parseJson(body: string): Json | undefined {
  try {
    return JSON.parse(body) as Json;
  } catch {
    return undefined;
  }
}
