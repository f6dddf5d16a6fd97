import type { NextCommand } from './next-command.types.ts';
import type { Paint } from './paint.types.ts';
import type { Plan } from './plan.types.ts';
import { wrap } from './wrap.ts';

/** `47.6 %` */
export function percent(part: number): string {
  return `${Number((100 * part).toFixed(1))} %`;
}

export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

/** The guard's finding in words, and how to let through what it holds. Nothing if there is nothing to guard. */
export function guardLines(
  { connection, digest, guard }: Plan,
  paint: Paint,
  next: NextCommand = (line) => line,
): readonly string[] {
  if (digest === '') return [];
  if (!guard.active) {
    return [
      `Guard: not active; ${counted(guard.declared, 'server')} declared, the minimum is ${guard.minimum}.`,
    ];
  }
  const { changing, changedLastHour, declared, share, limit, held } = guard;
  const finding = `Guard: ${percent(share)} of ${declared} servers change within an hour (${changing} by this plan, ${changedLastHour} before)`;
  const over = `more than the limit of ${percent(limit)}`;
  if (held === undefined) {
    const fits = share <= limit;
    const judged = fits
      ? `within the limit of ${percent(limit)}`
      : `${over}; no change of this plan counts`;
    return wrap(`${finding}, ${judged}.`, '');
  }
  const waits = `${finding}, ${over}. What is marked as held waits for approval:`;
  return [
    ...wrap(waits, '').map((line) => paint(line, 'warn')),
    `    ${next(`trueup approve ${connection} ${held}`)}`,
  ];
}
