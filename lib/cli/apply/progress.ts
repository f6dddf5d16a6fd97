import { plainText } from '../../core/redact.ts';
import type { Output } from '../output.ts';
import type { Agreed } from './send.ts';

/** Tells of each server that had its turn: in one line that changes on a terminal, in a line each in a log. */
export function showProgress(
  agreed: readonly Agreed[],
  { isTerminal, note, progress }: Output,
): (connection: string, id: string, outcome: string) => void {
  const labels = new Map(
    agreed.flatMap(({ plan }) =>
      plan.changes.map(({ id, label }) => [`${plan.connection} ${id}`, label ?? id] as const),
    ),
  );
  const total = agreed.reduce(
    (sum, { plan }) => sum + plan.changes.filter(({ changes }) => changes.length > 0).length,
    0,
  );
  let done = 0;
  return (connection, id, outcome) => {
    done += 1;
    const name = labels.get(`${connection} ${id}`) ?? id;
    const said = plainText(`${connection}/${name}: ${outcomeWords[outcome] ?? outcome}`);
    if (isTerminal) progress(`${bar(done, total)} ${done} of ${total}  ${said}`);
    else note(said);
  };
}

const outcomeWords: Readonly<Record<string, string>> = { inSync: 'in sync' };

const width = 20;

function bar(done: number, total: number): string {
  const full = total === 0 ? width : Math.min(width, Math.floor((width * done) / total));
  return `[${'#'.repeat(full)}${'.'.repeat(width - full)}]`;
}
