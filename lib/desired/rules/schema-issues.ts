import type * as z from 'zod/mini';
import type { Issue } from '../../model/errors/errors.ts';
import { isJsonObject } from '../../model/json/json.ts';
import { formatPointer, isWithin } from '../../model/json/pointer.ts';
import { plainText } from '../../model/text/plain-text.ts';
import { suggest } from './suggest.ts';

type ZodIssue = z.core.$ZodIssue;
type Finding = Omit<Issue, 'path'>;
type RawIssue = z.core.$ZodRawIssue;

/**
 * All problems of `value`. No issue repeats a value, because it may be a secret in the wrong place. `value` is JSON
 * (see `jsonIssues`); `path` is its place in the document.
 */
export function schemaIssues(schema: z.ZodMiniType, value: unknown, path = ''): Issue[] {
  const found = zodIssues(schema, value);
  if (!found) return [{ path, ...noLength }];
  const issues = found.flatMap((issue) => explain(issue, path));
  const whole = issues.filter(({ problem }) => problem === unknownKey);
  return issues.filter(
    (issue) => !whole.some((one) => one !== issue && isWithin(issue.path, one.path)),
  );
}

/** @returns undefined if Zod throws: it compares `length` with a number, and here it may be an object with a `toString` */
function zodIssues(schema: z.ZodMiniType, value: unknown): readonly ZodIssue[] | undefined {
  try {
    return schema.safeParse(value, { error: expectation, reportInput: true }).error?.issues ?? [];
  } catch (error) {
    if (error instanceof TypeError) return undefined;
    throw error;
  }
}

const noLength: Finding = {
  problem: 'cannot be checked',
  expected: "must have no object or list under a key 'length' or 'size'",
};

/** For an object whose schema has its own message, which describes its members too. */
const unknownKey = 'has an unknown key';

function explain(issue: ZodIssue, base: string): Issue[] {
  const path = `${base}${formatPointer(issue.path.map(String))}`;
  // The schema has no message of its own (see `expectation`).
  const isPlain = issue.message === '';
  if (issue.code === 'unrecognized_keys') {
    return isPlain
      ? unknownKeys(issue.keys, knownKeys(issue), path)
      : [{ path, problem: unknownKey, expected: issue.message }];
  }
  if (issue.code === 'invalid_union' && isPlain) return explainUnion(issue, path);
  if (issue.code === 'invalid_key') {
    return issue.issues
      .flatMap((inner) => explain(inner, path))
      .map(({ expected }) => ({ path, problem: 'has a key that is not allowed', expected }));
  }
  const expected: unknown = issue.code === 'custom' ? issue.params?.['expected'] : undefined;
  return typeof expected === 'string'
    ? [{ path, problem: issue.message, expected }]
    : [{ path, problem: problemOf(issue), expected: issue.message }];
}

function problemOf(issue: ZodIssue): string {
  if (issue.code === 'custom') return 'is not valid';
  const kind = kindOf(inputOf(issue));
  if (kind === 'missing') return 'is missing';
  if (issue.code === 'invalid_type') {
    return issue.expected === 'int' ? 'is not a whole number' : `is ${kind}`;
  }
  return isEmpty(issue) ? 'is empty' : (problems[issue.code] ?? 'is not valid');
}

const problems: Readonly<Partial<Record<ZodIssue['code'], string>>> = {
  too_big: 'is too large',
  too_small: 'is too small',
  invalid_value: 'is not among the allowed values',
  invalid_union: 'is not among the allowed values',
};

function isEmpty(issue: ZodIssue | RawIssue): boolean {
  return issue.code === 'too_small' && issue.minimum === 1 && sizeUnit(issue.origin) !== '';
}

function kindOf(value: unknown): string {
  if (value === undefined) return 'missing';
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}

/** The invalid value; for a union with an unknown discriminator, the discriminator. */
function inputOf(issue: ZodIssue | RawIssue): unknown {
  const { input, discriminator } = issue as { input?: unknown; discriminator?: unknown };
  if (typeof discriminator !== 'string' || !isJsonObject(input)) return input;
  return Object.hasOwn(input, discriminator) ? input[discriminator] : undefined;
}

/**
 * The message for an issue whose schema has none: what is expected. Empty if the known keys, or the branches of a
 * union, are needed to explain it.
 */
function expectation(issue: RawIssue): string {
  if (issue.code === 'unrecognized_keys') {
    // The finished issue does not have the schema, so its keys are added here.
    issue['known'] = Object.keys((issue.schema as unknown as { shape: object }).shape);
    return '';
  }
  if (issue.code === 'invalid_union' && issue.errors.length > 0) return '';
  const near = nearConstant(issue);
  const rule = ruleOf(issue);
  return near === undefined ? rule : `did you mean '${near}'? ${rule}`;
}

const knownKeys = (issue: ZodIssue) => (issue as unknown as { known: readonly string[] }).known;

/** The allowed constant that was probably meant. */
function nearConstant(issue: RawIssue): string | undefined {
  const word = inputOf(issue);
  const constants = constantsOf(issue).filter((constant) => typeof constant === 'string');
  return typeof word === 'string' ? suggest(word, constants) : undefined;
}

function constantsOf(issue: RawIssue): readonly unknown[] {
  if (issue.code === 'invalid_value') return issue.values;
  return issue.code === 'invalid_union' ? (issue.options as unknown[]) : [];
}

const typeNames: Readonly<Record<string, string>> = {
  array: 'a list',
  object: 'an object',
  record: 'an object',
  int: 'a whole number',
  null: 'null',
  never: 'left out',
};

function ruleOf(issue: RawIssue): string {
  const constants = constantsOf(issue);
  if (constants.length > 0) return `must be ${oneOf(constants.map(quoted))}`;
  if (issue.code === 'invalid_type') {
    const unquoted = issue.expected === 'string' && /number|boolean/.test(typeof issue.input);
    const hint = unquoted ? ': in YAML, put it in quotes' : '';
    return `must be ${typeNames[issue.expected] ?? `a ${issue.expected}`}${hint}`;
  }
  if (isEmpty(issue)) return 'must not be empty';
  if (issue.code === 'too_big') return `must be at most ${issue.maximum}${sizeUnit(issue.origin)}`;
  if (issue.code === 'too_small') {
    return `must be at least ${issue.minimum}${sizeUnit(issue.origin)}`;
  }
  if (issue.code !== 'invalid_format') return 'must match the schema';
  return issue.pattern === undefined
    ? `must be a valid ${issue.format}`
    : `must match ${issue.pattern}`;
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

function unknownKeys(keys: readonly string[], known: readonly string[], path: string): Issue[] {
  const list = known.length === 0 ? 'no keys are allowed here' : `known: ${known.join(', ')}`;
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
 * For a union without a discriminator, guesses the branch that was meant: one that accepts this kind of value,
 * preferably with the same constants, then the one with the fewest issues.
 */
function explainUnion(union: UnionIssue, path: string): Issue[] {
  const branches = union.errors;
  const [meant] = branches
    .filter((branch) => !refusesKind(branch))
    .toSorted((a, b) => otherConstants(a) - otherConstants(b) || a.length - b.length);
  if (meant) return meant.flatMap((issue) => explain(issue, path));
  const whole = branches.flat().filter((issue) => issue.path.length === 0);
  const texts = whole.flatMap((issue) =>
    explain(issue, path).map(({ expected }) => expected.replaceAll(/^must be |: in YAML.*/g, '')),
  );
  return [{ path, problem: `is ${kindOf(union.input)}`, expected: `must be ${oneOf(texts)}` }];
}

type UnionIssue = Extract<ZodIssue, { code: 'invalid_union' }>;

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
