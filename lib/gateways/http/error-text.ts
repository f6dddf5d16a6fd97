import type { Json } from '../../model/json/json.types.ts';
import { isJsonObject } from '../../model/json/json.ts';
import { Secret } from '../../model/secret.ts';
import { plainText } from '../../model/text/plain-text.ts';
import { redactText } from '../../secrets/redact.ts';

/** Longest text that an error takes over from a vendor, in characters. */
export const maxErrorText = 500;
/** More of a body than this, and one secret, is not searched for a reason. */
const maxSearched = 16 * 1024;
/** The most characters that an echo makes of one: `%25e2%2582%25ac`. */
const longestForm = 15;

/**
 * The vendor's own reason from an error body, fit to be stored and shown: without control characters and terminal
 * escapes, without any of `secrets` and of tokens in the body, at most 500 characters. Undefined if the body gives none.
 *
 * | form | from |
 * |---|---|
 * | `{error, message, details?}` | Barndoor [doc] |
 * | `{detail: "text"}` | Barndoor [copy] |
 * | `{detail: [{loc, msg, type}]}` | Barndoor, 422 [copy] |
 * | `{error: {code, message, details?}}` | Alloy [doc] |
 * | `{error, error_description}` | token endpoints, RFC 6749 |
 * | plain text | proxies; Barndoor [copy] |
 *
 * `details`, and what of a 422 repeats the input, are left out: what they hold is unknown.
 */
export function errorText(body: string, secrets: readonly Secret[]): string | undefined {
  const text = body.trim();
  const parsed = parseJson(text);
  const reason = reasonIn(text, parsed);
  if (reason === undefined || reason === '') return undefined;
  const known = [...secrets, ...tokensIn(parsed)];
  const longest = longestForm * Math.max(0, ...known.map((secret) => secret.reveal().length));
  const searched = reason.slice(0, maxSearched + longest);
  // Twice: a control character inside a secret hides it from the first look, and a secret may have one of its own.
  const plain = plainText(redactText(searched, known), searched.length);
  const redacted = redactText(plain, known);
  // Half a secret at the end was not found, and marks in place of others may have brought it to the front.
  const isCut = searched.length < reason.length;
  const whole = isCut ? redacted.slice(0, Math.max(0, redacted.length - longest)) : redacted;
  return plainText(whole, maxErrorText) || undefined;
}

/** Whether an answer is a page for people: a proxy's, not the vendor's API. */
export function isHtml(body: string, contentType: string | null): boolean {
  return (
    /^\s*text\/html\b/i.test(contentType ?? '') || /^\s*<(?:!doctype|html|head|body)\b/i.test(body)
  );
}

function reasonIn(body: string, parsed: Json | undefined): string | undefined {
  if (isHtml(body, null)) return 'an HTML page';
  if (parsed === undefined) return isTornJson(body) ? undefined : body;
  return reasonOf(parsed);
}

/** Tokens that come with an error all the same. */
function tokensIn(body: Json | undefined): readonly Secret[] {
  if (!isJsonObject(body)) return [];
  const { access_token: access, refresh_token: refresh, id_token: id } = body;
  return [access, refresh, id].flatMap((token) =>
    typeof token === 'string' ? [new Secret(token)] : [],
  );
}

/** JSON that was cut short, or is in another encoding: what it holds is the vendor's data, and no reason. */
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
