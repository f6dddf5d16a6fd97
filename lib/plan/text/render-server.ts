import type { Outcome } from '../../model/outcome.ts';
import type { Paint, Style } from '../../model/text/paint.types.ts';
import type { FieldChange, Plan, PlannedServer } from '../plan.types.ts';
import { plainText } from '../../model/text/plain-text.ts';
import { causeWords, comment, fieldLines, marks } from './render-field.ts';
import { counted } from './render-guard.ts';
import { shownTime } from '../../model/text/shown-time.ts';
import { showPointer } from '../../model/text/shown-value.ts';
import { triedAgain } from './tried-again.ts';
import { columns, wrap } from '../../model/text/wrap.ts';

/** How a server with an outcome is shown: with `detail` field by field, otherwise with its reason. */
const looks: Readonly<
  Record<Outcome, { sign: string; style: Style; words: string; detail?: true }>
> = {
  off: { sign: '-', style: 'quiet', words: 'off' },
  paused: { sign: '-', style: 'quiet', words: 'paused' },
  invalid: { sign: 'x', style: 'error', words: 'invalid' },
  missing: { sign: 'x', style: 'error', words: 'missing' },
  unreached: { sign: '-', style: 'warn', words: 'unreached' },
  unsure: { sign: '?', style: 'warn', words: 'unsure' },
  held: { sign: '!', style: 'warn', words: 'held by the guard', detail: true },
  failed: { sign: 'x', style: 'error', words: 'failed' },
  refused: { sign: 'x', style: 'error', words: 'refused' },
  waiting: { sign: '.', style: 'warn', words: 'waiting' },
  updated: { sign: '~', style: 'change', words: '', detail: true },
  created: { sign: '+', style: 'change', words: '', detail: true },
  deleted: { sign: '-', style: 'error', words: '', detail: true },
  reported: { sign: '~', style: 'change', words: 'mode report, not sent', detail: true },
  assumed: { sign: '=', style: 'quiet', words: 'assumed' },
  inSync: { sign: '=', style: 'quiet', words: 'in sync' },
};

/** For changes in mode `report` that the guard would hold if they were sent. */
const reportedHeld: (typeof looks)[Outcome] = {
  ...looks.held,
  words: 'mode report, held by the guard',
};

const isReportedHeld = ({ outcome, changes }: PlannedServer) =>
  outcome === 'reported' && changes.some(({ held }) => held);

/** The servers of a plan in blocks of lines: one for each that would change, one for all that only have a reason. */
export function serverBlocks(plan: Plan, paint: Paint): readonly (readonly string[])[] {
  const detailed = plan.changes.filter(({ outcome }) => looks[outcome].detail);
  const others = plan.changes.filter(({ outcome }) => !looks[outcome].detail);
  return [
    ...detailed.map((server) => [
      ...headLines(plan.connection, server, paint),
      ...server.changes.flatMap((change) => fieldLines(change, paint, commentOf(change))),
    ]),
    [...alike(others).values()].flatMap((group) => groupLines(plan.connection, group, paint)),
  ];
}

/** In a first plan, almost every line has the cause `adopt`. It is shown once per server, and explained once per plan. */
const commentOf = (change: FieldChange) =>
  change.cause === 'adopt' ? marks(change).join('; ') : comment(change);

/** If more servers than this are off, or paused for the same reason, they are shown in one line. */
const mostAlike = 5;

function alike(servers: readonly PlannedServer[]): Map<string, readonly PlannedServer[]> {
  return Map.groupBy(servers, ({ id, outcome, reason }) =>
    outcome === 'off' || outcome === 'paused' ? `${outcome} ${reason?.message}` : `server ${id}`,
  );
}

function groupLines(connection: string, group: readonly PlannedServer[], paint: Paint): string[] {
  const [first] = group;
  if (!first || group.length <= mostAlike) {
    return group.flatMap((server) => headLines(connection, server, paint));
  }
  const { sign, style, words } = looks[first.outcome];
  const head = `${sign} ${connection}: ${counted(group.length, 'server')}  (${words})`;
  return [paint(head, style), ...reasonLines(first, paint)];
}

function headLines(connection: string, server: PlannedServer, paint: Paint): string[] {
  const { sign, style, words } = isReportedHeld(server) ? reportedHeld : looks[server.outcome];
  const address = plainText(`${connection}/${server.label ?? server.id}`);
  const note = looks[server.outcome].detail
    ? [words, causesOf(server)].filter((text) => text !== '').join(': ')
    : words + sinceOf(server);
  const head = `${sign} ${address}${note === '' ? '' : `  (${note})`}`;
  const { columns: width = columns } = paint;
  const heads =
    head.length <= width
      ? [head]
      : [`${sign} ${address}`, ...wrap(`(${note})`, '    ', '    ', width)];
  return [...heads.map((line) => paint(line, style)), ...reasonLines(server, paint)];
}

function causesOf({ changes }: PlannedServer): string {
  const causes = new Set(changes.map(({ cause }) => cause));
  return [...causes].map((cause) => causeWords[cause][0]).join(', ');
}

/** `2026-11-22 10:00 UTC` of an ISO 8601 time. */
function sinceOf({ since }: PlannedServer): string {
  return since === undefined ? '' : ` since ${shownTime(since)}`;
}

function reasonLines(server: PlannedServer, paint: Paint): readonly string[] {
  const { outcome, reason, changes } = server;
  const again = triedAgain(server);
  const place = reason?.pointer === undefined ? '' : `${showPointer(reason.pointer)}: `;
  const pending = looks[outcome].detail ? [] : changes.map(({ pointer }) => showPointer(pointer));
  const texts = [
    ...(reason ? [place + plainText(reason.message)] : []),
    ...(again === undefined ? [] : [again]),
    ...(pending.length > 0 ? [`not yet sent: ${pending.join(', ')}`] : []),
  ];
  return texts.flatMap((text) => wrap(text, '    ', undefined, paint.columns));
}
