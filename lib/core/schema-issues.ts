import type * as z from 'zod/mini';
import type { Issue } from './errors.ts';
import { falseLengths } from './false-lengths.ts';
import { isJsonObject } from './json.ts';
import { formatPointer, isWithin } from './pointer.ts';
import { plainText } from './redact.ts';
import { suggest } from './suggest.ts';

type ZodIssue = z.core.$ZodIssue;
type Finding = Omit<Issue, 'path'>;

/**
 * What the input was, as far as may be told: its kind, and the keys that the schema knows there. Zod's finished issues
 * have neither, but hand the input to the error map: so it goes through the issue's message, behind a mark that tells
 * it from a message of the schema's author.
 */
interface Note {
  readonly found: string;
  readonly known?: readonly string[];
  /** Of the constants that may stand there, the one that was probably meant. */
  readonly near?: string;
}

const noteMark = '\u0000';

function makeNote(issue: z.core.$ZodRawIssue): string {
  const shape = (issue.schema as { shape?: unknown } | undefined)?.shape;
  const input = missingDiscriminator(issue) ? undefined : issue.input;
  const near = meantConstant(issue);
  const note: Note = {
    found: kindOf(input),
    ...(isJsonObject(shape) && { known: Object.keys(shape) }),
    ...(near !== undefined && { near }),
  };
  return noteMark + JSON.stringify(note);
}

function meantConstant(issue: z.core.$ZodRawIssue): string | undefined {
  const { input, values, options, discriminator } = issue as {
    input?: unknown;
    values?: unknown;
    options?: unknown;
    discriminator?: unknown;
  };
  const constants = [values, options].find(Array.isArray) ?? [];
  const key = typeof discriminator === 'string' ? discriminator : undefined;
  const word = key !== undefined && isJsonObject(input) ? input[key] : input;
  if (typeof word !== 'string') return undefined;
  return suggest(
    word,
    constants.filter((constant) => typeof constant === 'string'),
  );
}

function missingDiscriminator({ code, discriminator, input }: z.core.$ZodRawIssue): boolean {
  return (
    code === 'invalid_union' &&
    typeof discriminator === 'string' &&
    !Object.hasOwn(input as object, discriminator)
  );
}

function noteOf({ message }: ZodIssue): Note | undefined {
  return message.startsWith(noteMark)
    ? (JSON.parse(message.slice(noteMark.length)) as Note)
    : undefined;
}

function kindOf(value: unknown): string {
  if (value === undefined) return 'missing';
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}

/**
 * Everything that is wrong with `value`, or nothing. No issue repeats a value: it may be a secret in the wrong place.
 * `value` is JSON (see `jsonIssues`); `path` is where it stands.
 */
export function schemaIssues(schema: z.ZodMiniType, value: unknown, path = ''): Issue[] {
  const lengths = falseLengths(value, path);
  if (lengths.length > 0) return lengths;
  const result = schema.safeParse(value, { error: makeNote });
  if (result.success) return [];
  const issues = result.error.issues.flatMap((issue) => explain(issue, path));
  // What else lacks in a reference is said by its rule already.
  const references = issues.filter(({ expected }) => expected === referenceRule);
  return issues.filter(
    (issue) => !references.some((one) => one !== issue && isWithin(issue.path, one.path)),
  );
}

function explain(issue: ZodIssue, base: string): Issue[] {
  const path = `${base}${formatPointer(issue.path.map(String))}`;
  const note = noteOf(issue);
  if (issue.code === 'unrecognized_keys') return unknownKeys(issue.keys, note?.known ?? [], path);
  if (issue.code === 'invalid_union' && issue.errors.length > 0 && note) {
    return explainUnion(issue.errors, note, path);
  }
  if (issue.code === 'invalid_key') {
    return issue.issues
      .flatMap((inner) => explain(inner, path))
      .map(({ expected }) => ({ path, problem: 'has a key that does not fit', expected }));
  }
  return [{ path, ...(note ? describe(issue, note) : authored(issue)) }];
}

/** A message that the schema's author wrote says what is right, or, with `params.expected`, what is wrong. */
function authored(issue: ZodIssue): Finding {
  const expected: unknown = issue.code === 'custom' ? issue.params?.['expected'] : undefined;
  return typeof expected === 'string'
    ? { problem: issue.message, expected }
    : { problem: 'does not fit', expected: issue.message };
}

function describe(issue: ZodIssue, { found, known, near }: Note): Finding {
  const isType = issue.code === 'invalid_type';
  const rule = isType && isReference(known) ? referenceRule : expectation(issue, found);
  const expected = near === undefined ? rule : `did you mean '${near}'? ${rule}`;
  if (found === 'missing') return { problem: 'is missing', expected };
  if (isType && issue.expected === 'int') return { problem: 'is no whole number', expected };
  if (isEmpty(issue)) return { problem: 'is empty', expected: 'must not be empty' };
  return { problem: isType ? `is ${found}` : (problems[issue.code] ?? 'does not fit'), expected };
}

const problems: Readonly<Partial<Record<ZodIssue['code'], string>>> = {
  too_big: 'is too large',
  too_small: 'is too small',
  invalid_value: 'is not among the allowed values',
  invalid_union: 'is not among the allowed values',
};

function isEmpty(issue: ZodIssue): boolean {
  return issue.code === 'too_small' && issue.minimum === 1 && sizeUnit(issue.origin) !== '';
}

const typeNames: Readonly<Record<string, string>> = {
  array: 'a list',
  object: 'an object',
  record: 'an object',
  int: 'a whole number',
  null: 'null',
  never: 'left out',
};

function expectation(issue: ZodIssue, found: string): string {
  if (issue.code === 'invalid_type') {
    const unquoted = issue.expected === 'string' && /number|boolean/.test(found);
    const hint = unquoted ? ': in YAML, put it in quotes' : '';
    return `must be ${typeNames[issue.expected] ?? `a ${issue.expected}`}${hint}`;
  }
  if (issue.code === 'invalid_value') return `must be ${oneOf(issue.values.map(quoted))}`;
  if ('options' in issue) return `must be ${oneOf((issue.options as unknown[]).map(quoted))}`;
  if (issue.code === 'too_big') {
    return `must be at most ${issue.maximum}${sizeUnit(issue.origin)}`;
  }
  if (issue.code === 'too_small') {
    return `must be at least ${issue.minimum}${sizeUnit(issue.origin)}`;
  }
  if ('pattern' in issue) return `must match ${issue.pattern}`;
  if ('format' in issue) return `must be a valid ${issue.format}`;
  return 'must fit the schema';
}

function sizeUnit(origin: string): string {
  if (origin === 'string') return ' characters long';
  return origin === 'array' ? ' items long' : '';
}

function quoted(value: unknown): string {
  return typeof value === 'string' ? `'${value}'` : String(value);
}

function oneOf(texts: readonly string[]): string {
  const unique = [...new Set(texts)];
  return unique.length < 2
    ? unique.join('')
    : `${unique.slice(0, -1).join(', ')} or ${unique.at(-1)}`;
}

const referenceRule =
  "must be { secret: NAME, key: KEY }, 'key' only if the value is JSON; the value itself stands in the secret store";

function isReference(known: readonly string[] | undefined): boolean {
  return known?.toSorted().join() === 'key,secret';
}

function unknownKeys(keys: readonly string[], known: readonly string[], path: string): Issue[] {
  // `client_secret: { hunter2 }` is YAML for a key with nothing under it.
  if (isReference(known)) return [{ path, problem: 'unknown key', expected: referenceRule }];
  const list = known.length === 0 ? 'no key is known here' : `known are ${known.join(', ')}`;
  return keys.map((key) => {
    const near = suggest(key, known);
    return {
      path: `${path}${formatPointer([key])}`,
      problem: `unknown key '${plainText(key, 64)}'`,
      expected: near === undefined ? list : `did you mean '${near}'? ${list}`,
    };
  });
}

/**
 * A union that names no discriminator: the branch that was meant is one that takes this kind of value, best with the
 * constants that stand in it, then the one with the least to say against it.
 */
function explainUnion(
  branches: readonly (readonly ZodIssue[])[],
  { found }: Note,
  path: string,
): Issue[] {
  const [meant] = branches
    .filter((branch) => !refusesKind(branch))
    .toSorted((a, b) => otherConstants(a) - otherConstants(b) || a.length - b.length);
  if (meant) return meant.flatMap((issue) => explain(issue, path));
  const whole = branches.flat().filter((issue) => issue.path.length === 0);
  const texts = whole.flatMap((issue) =>
    explain(issue, path).map(({ expected }) => expected.replaceAll(/^must be |: in YAML.*/g, '')),
  );
  const expected = `must be ${oneOf(texts)}`;
  return [{ path, problem: found === 'missing' ? 'is missing' : `is ${found}`, expected }];
}

function refusesKind(branch: readonly ZodIssue[]): boolean {
  return branch.some(
    (issue) =>
      issue.path.length === 0 &&
      (issue.code === 'invalid_type' ||
        issue.code === 'invalid_value' ||
        (issue.code === 'invalid_union' && issue.errors.every(refusesKind))),
  );
}

function otherConstants(branch: readonly ZodIssue[]): number {
  return branch.filter(({ code, path }) => code === 'invalid_value' && path.length === 1).length;
}
