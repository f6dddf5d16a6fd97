import { explain } from '../errors/explain.ts';
import type { CommandContext } from '../context.ts';
import type { Planned } from './make-plans.ts';

/** Says which connections could not be planned, why, and what to do. */
export function showFailures(
  { next, output: { note, notePaint } }: CommandContext,
  planned: readonly Planned[],
): void {
  for (const one of planned) {
    if (!('error' in one)) continue;
    const [first = '', ...others] = explain(one.error, next, notePaint.columns).lines;
    note(notePaint(first, 'error'));
    for (const line of others) note(line);
  }
}
