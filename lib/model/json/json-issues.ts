import type { Issue } from '../errors/errors.ts';
import { foreignValue } from './foreign-values.ts';
import { formatPointer } from './pointer.ts';

/** The limit for one declaration: YAML aliases can expand a small document to any number of values. */
const mostValues = 100_000;

/**
 * What in `value` is not JSON: dates, sets, binary, `undefined`, `NaN`, a nesting deeper than `maxDepth`, a key
 * `__proto__`. Runs before any schema, so that later code never gets a value that is too deep, endless or not JSON.
 *
 * @param options.halves - whether text may have lone surrogates. A vendor's text may; a declaration may not,
 * because neither the table nor a UTF-8 file can store them. `endless`: whether any number of values is allowed
 */
export function jsonIssues(
  value: unknown,
  maxDepth: number,
  {
    halves = false,
    endless = false,
  }: { readonly halves?: boolean; readonly endless?: boolean } = {},
): Issue[] {
  const issues: Issue[] = [];
  const at: string[] = [];
  let seen = 0;
  const found = (problem: Problem) => void issues.push({ path: formatPointer(at), ...problem });
  const look = (current: unknown): void => {
    seen += 1;
    if (seen > mostValues && !endless) return;
    const problem = at.length > maxDepth ? tooDeep(maxDepth) : foreign(current, halves);
    if (problem) found(problem);
    else if (typeof current === 'object' && current !== null) lookInto(current);
  };
  const lookInto = (current: object): void => {
    const isList = Array.isArray(current);
    // `keys()` includes the holes of a list; `Object.keys` does not.
    const keys = isList ? current.keys() : Object.keys(current);
    for (const key of keys) {
      at.push(String(key));
      if (key === '__proto__') found(badKey);
      else if (!isList && !halves && !String(key).isWellFormed()) found(half);
      else look((current as Record<string | number, unknown>)[key]);
      at.pop();
    }
  };
  look(value);
  return seen <= mostValues || endless ? issues : [{ path: '', ...tooMany }];
}

type Problem = Omit<Issue, 'path'>;

const badKey: Problem = { problem: "key '__proto__'", expected: 'must have another name' };

const half: Problem = {
  problem: 'is not Unicode text: it has half of a surrogate pair',
  expected: 'must have both halves of a pair, or another character',
};

const tooMany: Problem = {
  problem: `holds more than ${mostValues} values`,
  expected: 'must be smaller: a row of the table has at most 400 KB',
};

function tooDeep(maxDepth: number): Problem {
  return {
    problem: `is nested deeper than ${maxDepth} levels`,
    expected: 'must have fewer levels',
  };
}

function foreign(value: unknown, halves: boolean): Problem | undefined {
  if (!halves && typeof value === 'string' && !value.isWellFormed()) return half;
  const kind = foreignKind(value);
  return kind === undefined
    ? undefined
    : {
        problem: `is not a JSON value (${kind})`,
        expected: 'must be a string, number, boolean, null, list or object',
      };
}

function foreignKind(value: unknown): string | undefined {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return undefined;
  if (typeof value === 'number') return Number.isFinite(value) ? undefined : 'not a finite number';
  if (typeof value !== 'object') return foreignValue(value) ?? typeof value;
  if (Array.isArray(value) || isPlain(value)) return undefined;
  return Object.prototype.toString.call(value).slice('[object '.length, -1);
}

/** Made by a literal or a parser, in any realm: its prototype is null, or has no prototype itself. */
function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}
