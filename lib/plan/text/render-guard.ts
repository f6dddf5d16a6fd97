import { baseOf, hasGuardedCause, isLifecycleChange, isOver, shareOf, sizeOf } from '../guard.ts';
import type { NextCommand } from '../../model/text/next-command.types.ts';
import type { Paint } from '../../model/text/paint.types.ts';
import type { GuardState, Plan, PlannedServer } from '../plan.types.ts';
import { commandLines, wrap } from '../../model/text/wrap.ts';

/** `47.6%` */
export function percent(part: number, digits = 1): string {
  return `${Number((100 * part).toFixed(digits))}%`;
}

/** The number of decimals needed so that two different shares are not shown as equal. */
function digitsFor(part: number, other: number): number {
  const digits = [1, 2, 3, 4].find((some) => percent(part, some) !== percent(other, some));
  return part === other ? 1 : (digits ?? 1);
}

export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

/** The guard's result as text, with the command that approves what it holds. Empty if there is nothing to guard. */
export function guardLines(
  { connection, digest, guard, changes }: Plan,
  paint: Paint,
  next: NextCommand = (line) => line,
): readonly string[] {
  if (digest === '') return [];
  const { held, changing, reported = 0, changedLastHour, approved = 0, share, limit } = guard;
  const wrapped = (...texts: readonly string[]) =>
    texts.flatMap((text) => wrap(text, '', '', paint.columns));
  const approval =
    held === undefined
      ? []
      : commandLines(next(`trueup approve ${connection} ${held}`), '      ', '    ', paint.columns);
  const waits = 'Changes marked as held wait for approval:';
  if (!guard.active) {
    const finding = `Guard: not active; ${sizeText(guard)}, the minimum is ${guard.minimum}.`;
    const warning = held === undefined ? [] : wrapped(waits).map((line) => paint(line, 'warn'));
    return [...wrapped(finding, ...newServers(guard)), ...warning, ...approval];
  }
  const counts = [
    `${changing} by this plan`,
    `${changedLastHour} before`,
    ...(approved > 0 ? [`not counting ${approved} approved`] : []),
  ];
  // Changes in mode `report` may be held although the others are within the limit. Creating and deleting have their own
  // limits.
  const isOfOthers = changes.some(isHeldMove) && !changes.some(isHeldChange);
  const over = isOver(guard) || (held !== undefined && reported === 0 && !isOfOthers);
  const digits = digitsFor(share, limit);
  const finding = [
    `Guard: ${percent(share, digits)} of ${baseText(guard)} change within an hour (${counts.join(', ')}),`,
    `${over ? 'more than' : 'within'} the limit of ${percent(limit, digits)}`,
  ].join(' ');
  if (held === undefined) {
    const nothing = over && !changes.some(isSentAndCounts) ? '; no change of this plan counts' : '';
    return wrapped(`${finding}${nothing}.${withReported(guard)}`, ...newServers(guard));
  }
  return [
    ...wrapped(...newServers(guard)),
    ...wrapped(`${finding}.${withReported(guard)} ${waits}`).map((line) => paint(line, 'warn')),
    ...approval,
  ];
}

const isHeld = ({ changes }: PlannedServer) => changes.some(({ held }) => held);
const isHeldMove = (server: PlannedServer) => isLifecycleChange(server) && isHeld(server);
const isHeldChange = (server: PlannedServer) => !isLifecycleChange(server) && isHeld(server);

/** New servers have their own limit. */
function newServers({ creates }: GuardState): readonly string[] {
  if (!creates) return [];
  const { lastHour, creating, limit } = creates;
  const over = lastHour + creating > limit ? 'more than' : 'within';
  return [
    `New servers: ${creating} by this plan, ${lastHour} in the last hour, ${over} the limit of ${limit}.`,
  ];
}

/** The number that the share is computed from, and the other one if it differs. */
function baseText(guard: GuardState): string {
  const { declared, known } = guard;
  const base = baseOf(guard);
  if (known === undefined || known === declared) return `${declared} servers`;
  return base === known
    ? `${counted(known, 'known server')} (${declared} declared)`
    : `${counted(declared, 'declared server')} (${known} known)`;
}

function sizeText(guard: GuardState): string {
  const size = sizeOf(guard);
  return `${counted(size, 'server')} ${size === guard.declared ? 'declared' : 'known'}`;
}

const isSentAndCounts = (server: PlannedServer) =>
  server.outcome === 'updated' && hasGuardedCause(server);

/** Changes that unattended passes only report are not counted, but a user's `apply` may send them. */
function withReported(guard: GuardState) {
  const { reported = 0, changing, limit } = guard;
  if (reported === 0) return '';
  const share = shareOf(guard, changing + reported);
  const finding = isOver({ share, limit }) ? 'more than the limit' : 'within it';
  const would = percent(share, digitsFor(share, limit));
  return ` With the ${reported} in mode report, if an apply sends them, it would be ${would}, ${finding}.`;
}
