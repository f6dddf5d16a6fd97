import { wrap } from '../../model/text/wrap.ts';
import { failsSince } from '../../plan/text/tried-again.ts';
import { explain } from '../errors/explain.ts';
import type { CommandContext } from '../context.ts';
import type { Planned } from '../../pass/previews.ts';

/** Shows connections that could not be planned, with the reason and the next step. */
export function showFailures(
  { command, next, output: { note, notePaint } }: CommandContext,
  planned: readonly Planned[],
): void {
  for (const one of planned) {
    if (!('error' in one)) continue;
    const { columns } = notePaint;
    const [first = '', ...others] = explain(one.error, { next, columns, command }).lines;
    note(notePaint(first, 'error'));
    for (const line of others) note(line);
    const passes = failsSince(one.failing);
    if (passes !== undefined)
      for (const line of wrap(`${one.selection.connection} ${passes}`, '', '', columns)) note(line);
  }
}
