import type { Issue } from '../../model/errors/errors.ts';
import type { FieldSpec, FieldTable } from '../../model/field-table.types.ts';
import type { Json, JsonObject, Pointer } from '../../model/json/json.types.ts';
import { isJsonObject } from '../../model/json/json.ts';
import { formatPointer, getAt, isWithin, parsePointer } from '../../model/json/pointer.ts';
import { editDistance, suggest } from './suggest.ts';

/**
 * Pointers in `ignore` that have no effect: not a JSON Pointer, not under a known field, or inside a field that is
 * compared as a whole.
 */
export function ignoreIssues(
  ignore: readonly Pointer[],
  { fields }: FieldTable,
  path: string,
): Issue[] {
  return ignore.flatMap((pointer, index) => {
    const finding = pointerFinding(pointer, fields);
    return finding ? [{ path: `${path}/${index}`, ...finding }] : [];
  });
}

function pointerFinding(
  pointer: Pointer,
  fields: readonly FieldSpec[],
): Omit<Issue, 'path'> | undefined {
  const meant = () => {
    const near = meantPointer(pointer, fields);
    return near === undefined ? '' : `did you mean '${near}'? `;
  };
  if (!parsePointer(pointer)) {
    const rule =
      "must be a JSON Pointer, such as '/meta/costCenter'; in a key, write ~0 for ~ and ~1 for /";
    return { problem: 'is not a JSON Pointer', expected: `${meant()}${rule}` };
  }
  const fits = fields.some(
    (field) =>
      isWithin(field.pointer, pointer) ||
      (field.compare === 'subset' && isWithin(pointer, field.pointer)),
  );
  if (fits) return undefined;
  const whole = fields.find((field) => isWithin(pointer, field.pointer));
  if (whole) {
    return {
      problem: `lies inside ${whole.pointer}, which is compared as a whole`,
      expected: `must be ${whole.pointer} itself or left out`,
    };
  }
  const known = declarable(fields).map((field) => field.pointer);
  return {
    problem: 'does not point to a known field',
    expected: `${meant()}known: ${known.join(', ')}`,
  };
}

const declarable = (fields: readonly FieldSpec[]) =>
  fields.filter(({ access }) => access !== 'computed');

/**
 * The pointer that was probably meant: a typing error in a name, `spec` in front, or a path in the syntax of other
 * tools. Keys below a field are not corrected, because users choose them.
 */
function meantPointer(text: string, fields: readonly FieldSpec[]): Pointer | undefined {
  const tokens = looseTokens(text);
  const [best] = declarable(fields)
    .flatMap((field) => aligned(tokens, field))
    .toSorted((a, b) => a.distance - b.distance);
  return best?.pointer;
}

function looseTokens(text: string): readonly string[] {
  const parts = text.startsWith('/')
    ? text.split('/').map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
    : text.split(/[$./[\]'"]+/);
  const tokens = parts.filter((part) => part !== '');
  return tokens[0] === 'spec' ? tokens.slice(1) : tokens;
}

/** The pointer in which the tokens of the field's path are corrected, if all of them are similar enough. */
function aligned(
  tokens: readonly string[],
  { pointer, compare }: FieldSpec,
): { readonly pointer: Pointer; readonly distance: number }[] {
  const own = parsePointer(pointer) as readonly string[];
  const rest = tokens.slice(own.length);
  const isDeeper = rest.length > 0 && compare !== 'subset';
  const pairs = own
    .slice(0, tokens.length)
    .map((name, index) => [tokens[index] as string, name] as const);
  if (isDeeper || pairs.some(([token, name]) => suggest(token, [name]) === undefined)) return [];
  const meant = formatPointer([...pairs.map(([, name]) => name), ...rest]);
  const distance = pairs.reduce((sum, [token, name]) => sum + editDistance(token, name), 0);
  return meant === '' ? [] : [{ pointer: meant, distance }];
}

/**
 * The member inside which `pointer` cannot be ignored, or undefined if it can. It cannot if a PUT replaces the whole
 * member, `spec` declares a part of it, and the live value of the rest may be unreadable.
 */
export function lostWithin(
  spec: JsonObject,
  pointer: Pointer,
  { fields }: FieldTable,
): Pointer | undefined {
  const field = fields.find(
    ({ pointer: own, replaces, absent }) =>
      replaces === 'member' && absent.means === 'unreadable' && isWithin(pointer, own),
  );
  const tokens = parsePointer(pointer);
  if (!field || !tokens) return undefined;
  const own = parsePointer(field.pointer) as readonly string[];
  const member = formatPointer(tokens.slice(0, own.length + 1));
  return tokens.length > own.length + 1 && isJsonObject(getAt(spec, member)) ? member : undefined;
}

/** Whether `spec` declares what `pointer` ignores, or a value that contains it. */
export function isSpelledOut(spec: JsonObject, pointer: Pointer): boolean {
  const tokens = parsePointer(pointer);
  if (!tokens) return false;
  let current: Json = spec;
  for (const token of tokens) {
    if (!isJsonObject(current)) return true;
    if (!Object.hasOwn(current, token)) return false;
    current = current[token] as Json;
  }
  return true;
}
