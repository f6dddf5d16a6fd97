import { changesToSend } from '../../../pass/send-agreed.ts';
import { plainText } from '../../../model/text/plain-text.ts';
import type { Output } from '../../output/output.ts';
import type { Agreed } from './agreed.ts';

/** Shows each processed server: in one line that is updated on a terminal, in separate lines in a log. */
export function showProgress(
  agreed: readonly Agreed[],
  { isTerminal, note, progress, progressWidth }: Output,
  approved: boolean,
): (connection: string, id: string, outcome: string) => void {
  const labels = new Map(
    agreed.flatMap(({ plan }) =>
      plan.changes.map(({ id, label }) => [`${plan.connection} ${id}`, label ?? id] as const),
    ),
  );
  const total = agreed.reduce((sum, { plan }) => sum + changesToSend(plan, approved).size, 0);
  let done = 0;
  const show = (said: string) => {
    const all = Math.max(done, total);
    const bar = progressWidth() < narrow ? '' : `${barOf(done, all)} `;
    progress(`${bar}${done} of ${all}  ${said}`);
  };
  if (total > 0) show('');
  return (connection, id, outcome) => {
    done += 1;
    const name = labels.get(`${connection} ${id}`) ?? id;
    const said = plainText(`${connection}/${name}: ${outcomeWords[outcome] ?? outcome}`);
    if (isTerminal) show(said);
    else note(said);
  };
}

const outcomeWords: Readonly<Record<string, string>> = { inSync: 'in sync' };

const barWidth = 20;

/** With fewer columns than this, only the name is shown and not the bar. */
const narrow = 60;

function barOf(done: number, total: number): string {
  const full = Math.min(barWidth, Math.floor((barWidth * done) / total));
  return `[${'#'.repeat(full)}${'.'.repeat(barWidth - full)}]`;
}
