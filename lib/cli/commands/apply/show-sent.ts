import { renderReportsJson } from '../../../plan/text/render-json.ts';
import { renderReport } from '../../../plan/text/render-text.ts';
import type { CommandContext } from '../../context.ts';
import { explain } from '../../errors/explain.ts';
import { restOf } from './outcome-of.ts';
import type { Sent } from './send.ts';

const listedAtMost = 20;

/** Shows the result of each connection: reports on standard output, other texts as notes. */
export function showSent(
  { command, output, options, next }: CommandContext,
  sent: readonly Sent[],
): void {
  const { note, notePaint, paint, result, say } = output;
  const reports = sent.flatMap((one) => ('result' in one ? [one.result.report] : []));
  if (options.output === 'json') result(renderReportsJson(reports));
  else for (const report of reports) result(renderReport(report, paint, next));
  for (const one of sent) {
    const { connection } = one.selection;
    if ('result' in one) {
      const { gone, unseen } = restOf(one.plan, one.result.plan);
      list('No longer in the plan (not sent):', gone);
      list('New changes since the plan (not sent); run it again to see them:', unseen);
    } else if ('lockedBy' in one) {
      say(`error: ${connection}: ${one.lockedBy} holds the lease`, 'error');
      say('next: try again later, or wait longer: --lock-timeout 10m');
    } else if ('error' in one) {
      const { columns } = notePaint;
      const [first = '', ...others] = explain(one.error, { next, columns, command }).lines;
      note(notePaint(first, 'error'));
      for (const line of others) note(line);
    } else {
      note(`${connection}: not started`);
    }
  }

  const isInterrupted = sent.some(
    (one) => 'result' in one && one.result.report.state === 'interrupted',
  );
  if (isInterrupted) say('next: run it again to send the rest');

  function list(what: string, names: readonly string[]): void {
    if (names.length === 0) return;
    say(what);
    for (const name of names.slice(0, listedAtMost)) note(`  ${name}`);
    if (names.length > listedAtMost) note(`  and ${names.length - listedAtMost} more`);
  }
}
