import type { NextCommand } from './next-command.types.ts';
import type { Paint } from './paint.types.ts';
import type { GuardState, Plan } from './plan.types.ts';
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
  const { held, changing, changedLastHour, approved = 0, declared, share, limit } = guard;
  const counts = [
    `${changing} by this plan`,
    `${changedLastHour} before`,
    ...(approved > 0 ? [`not counting ${approved} approved`] : []),
  ];
  const isOver = held !== undefined || share > limit;
  const finding = [
    `Guard: ${percent(share)} of ${declared} servers change within an hour (${counts.join(', ')}),`,
    `${isOver ? 'more than' : 'within'} the limit of ${percent(limit)}`,
  ].join(' ');
  if (held === undefined) {
    const nothing = isOver && changing === 0 ? '; no change of this plan counts' : '';
    return wrap(`${finding}${nothing}.${withReported(guard)}`, '');
  }
  const waits = `${finding}.${withReported(guard)} What is marked as held waits for approval:`;
  return [
    ...wrap(waits, '').map((line) => paint(line, 'warn')),
    `    ${next(`trueup approve ${connection} ${held}`)}`,
  ];
}

/** What unattended passes only report is not counted, and is sent by whoever applies it. */
function withReported({ reported = 0, changing, changedLastHour, declared, limit }: GuardState) {
  if (reported === 0) return '';
  const share = (changing + changedLastHour + reported) / declared;
  const finding = share > limit ? 'more than the limit' : 'within it';
  return ` With the ${reported} in mode report, which an apply sends, it would be ${percent(share)}, ${finding}.`;
}
