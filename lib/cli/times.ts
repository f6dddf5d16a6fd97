import { InvalidArgumentError } from 'commander';
import { milliseconds } from './option-values.ts';

/** A time on the command line: absolute, or a duration from now. */
export type Moment = { readonly at: number } | { readonly distance: number };

const form = /^\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d{1,3})?)?(?:Z|[+-]\d\d:\d\d))?$/;

/** `2026-12-24`, `2026-12-24T18:00Z` or a duration such as `2h`. A day begins at midnight UTC. */
export function moment(text: string): Moment {
  if (/^[0-9]+[smhd]$/.test(text)) return { distance: milliseconds(text) };
  const at = form.test(text) ? Date.parse(text) : Number.NaN;
  if (!Number.isNaN(at)) return { at };
  throw new InvalidArgumentError(
    "It must be a duration such as '2h', a day such as 2026-12-24, or a time such as 2026-12-24T18:00Z.",
  );
}

/** The time, with a duration counted into the future. */
export function ahead(when: Moment, now: number): number {
  return 'at' in when ? when.at : now + when.distance;
}

/** The time, with a duration counted into the past. */
export function ago(when: Moment, now: number): number {
  return 'at' in when ? when.at : now - when.distance;
}
