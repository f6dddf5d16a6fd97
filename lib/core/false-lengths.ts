import type { Issue } from './errors.ts';
import { formatPointer } from './pointer.ts';

/**
 * Zod asks whatever stands in the place of a text or a list for its length, and compares that with a number: which
 * throws where it is an object with a `toString` of its own, in a list maybe.
 */
export function falseLengths(value: unknown, path: string): Issue[] {
  // Before any path is made: there hardly ever is one.
  if (!hasFalseLength(value)) return [];
  return tell(value, path);
}

function tell(value: unknown, path: string): Issue[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, member]: [string, unknown]): Issue[] => {
    const at = `${path}${formatPointer([key])}`;
    return isFalseLength(key, member)
      ? [{ path: at, problem: 'is no length', expected: `must be a number under a key '${key}'` }]
      : tell(member, at);
  });
}

function hasFalseLength(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return Object.keys(value).some((key) => {
    const member = (value as Readonly<Record<string, unknown>>)[key];
    return isFalseLength(key, member) || hasFalseLength(member);
  });
}

function isFalseLength(key: string, member: unknown): boolean {
  return (key === 'length' || key === 'size') && !isComparable(member);
}

function isComparable(value: unknown): boolean {
  try {
    Number(value);
    return true;
  } catch {
    return false;
  }
}
