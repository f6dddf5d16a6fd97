import type { PassReport } from '../../model/ledger.types.ts';
import { isSent } from '../../model/outcome.ts';
import type { OutcomeCounts } from '../../model/outcome.ts';
import type { NextCommand } from '../../model/text/next-command.types.ts';
import type { Paint } from '../../model/text/paint.types.ts';
import type { Plan } from '../plan.types.ts';
import { plainText } from '../../model/text/plain-text.ts';
import { counted, guardLines } from './render-guard.ts';
import { serverBlocks } from './render-server.ts';
import { quoted } from '../../model/text/shown-value.ts';
import { shownTime } from '../../model/text/shown-time.ts';
import { failsSince, triedAgain } from './tried-again.ts';
import { columns, commandLines, wrap } from '../../model/text/wrap.ts';

const plain: Paint = (text) => text;
const same: NextCommand = (line) => line;

/**
 * A plan as text, similar to Terraform's: each server that is not in sync, its fields with their causes, undeclared
 * servers, the guard, and the counts. The same plan always gives the same text. Text from a vendor or user is quoted or
 * made plain, so that it cannot contain terminal codes.
 *
 *     ~ acme-prod/salesforce-prod  (drift)
 *         name: "Old" -> "New"  # drift: changed at the gateway
 *
 *     Plan: 1 to update, 240 in sync (12 of them assumed: they cannot be read).
 */
export function renderPlan(plan: Plan, paint: Paint = plain, next = same): string {
  return [
    ...serverBlocks(plan, paint),
    adoptLines(plan, paint),
    undeclaredLines(plan, paint),
    missingLines(plan, paint),
    [
      ...guardLines(plan, paint, next),
      ...wrap(`Plan: ${planCounts(plan.counts)}.`, '', '', paint.columns),
    ],
  ]
    .filter((block) => block.length > 0)
    .map((block) => block.join('\n'))
    .join('\n\n');
}

/** Explains `(adopt)` once per plan. */
function adoptLines({ changes }: Plan, paint: Paint): readonly string[] {
  const adopts = changes.some((server) => server.changes.some(({ cause }) => cause === 'adopt'));
  return adopts
    ? wrap('adopt: declared, but not applied by Trueup before.', '', '', paint.columns)
    : [];
}

const mostUndeclared = 20;

function undeclaredLines(plan: Plan, paint: Paint): readonly string[] {
  const { undeclared, undeclaredCount: count = undeclared.length } = plan;
  if (count === 0) return [];
  const more = count - mostUndeclared;
  return [
    `${counted(count, 'live server')} not declared; not touched:`,
    ...undeclared
      .slice(0, mostUndeclared)
      .flatMap(({ id, name }) => undeclaredServer(plainText(id), name, paint.columns))
      .concat(more > 0 ? [`    and ${more} more`] : [])
      .map((line) => paint(line, 'quiet')),
  ];
}

/** The name is below the id if they do not fit into one line. */
function undeclaredServer(id: string, name: string | undefined, width = columns) {
  const line = `    ${id}`;
  if (name === undefined) return [line];
  const both = `${line} ${quoted(name)}`;
  return both.length <= width ? [both] : [line, `      ${quoted(name)}`];
}

const mostMissing = 10;

/** Warns of secrets that were not found. Servers in sync stay in sync, but sending the secret again fails. */
export function missingLines({ missingSecrets = [] }: Plan, paint: Paint): readonly string[] {
  const more = missingSecrets.length - mostMissing;
  return missingSecrets
    .slice(0, mostMissing)
    .map(({ secret, similar, servers, such }) => {
      const others = servers - such.length;
      const names = such.join(', ') + (others > 0 ? ` and ${others} more` : '');
      const meant = similar === undefined ? '' : ` Did you mean ${similar}?`;
      return `Warning: secret ${secret} was not found, or cannot be described; used by ${names}.${meant}`;
    })
    .concat(more > 0 ? [`and ${more} more secrets`] : [])
    .flatMap((line) => wrap(plainText(line), '    ', '', paint.columns))
    .map((line) => paint(line, 'warn'));
}

/** The counts of a plan as text: what would be done, what prevents it, and what is in sync. */
export function planCounts(counts: OutcomeCounts): string {
  const parts = [
    ...(counts.created > 0 ? [`${counts.created} to create`] : []),
    ...(counts.updated > 0 ? [`${counts.updated} to update`] : []),
    ...(counts.deleted > 0 ? [`${counts.deleted} to delete`] : []),
    ...(counts.reported > 0 ? [`${counts.reported} would change (mode report)`] : []),
    ...openCounts(counts),
  ];
  const { created, updated, deleted, reported, held } = counts;
  const idle = created + updated + deleted + reported + held === 0 ? ['nothing to update'] : [];
  return [...idle, ...parts, ...syncCounts(counts)].join(', ');
}

const openOutcomes = [
  'unsure',
  'held',
  'waiting',
  'failed',
  'refused',
  'missing',
  'invalid',
  'unreached',
  'paused',
  'off',
] as const;

function openCounts(counts: OutcomeCounts): string[] {
  return openOutcomes
    .filter((outcome) => counts[outcome] > 0)
    .map((outcome) => `${counts[outcome]} ${outcome}`);
}

function syncCounts({ inSync, assumed }: OutcomeCounts): string[] {
  if (inSync + assumed === 0) return [];
  const text = `${inSync + assumed} in sync`;
  return [assumed === 0 ? text : `${text} (${assumed} of them assumed: they cannot be read)`];
}

/** Maximum number of servers that a report names; `pass#last` has more. */
const mostDetails = 10;

/** Enough for a name and a reason of at most 500 characters each. */
const mostCharacters = 1500;

/**
 * A pass in one or two lines, followed by servers that need attention.
 *
 *     acme-prod: 3 updated, 240 in sync; 12 calls (10 list, 1 get, 1 put), 1
 *         secret decrypted, 2.1 s
 */
export function renderReport(report: PassReport, paint: Paint = plain, next = same): string {
  const { connection, counts, state, reason, held, details, undeclared = 0 } = report;
  const again = failsSince(report);
  const indented = (text: string) =>
    wrap(plainText(text, mostCharacters), '      ', '  ', paint.columns);
  const approval = (digest: string) => {
    const command = next(`trueup approve ${connection} ${digest}`);
    return commandLines(command, '      ', '  held: ', paint.columns);
  };
  const shown = details.slice(0, mostDetails).map((detail) => {
    const { id, label, outcome, since, reason: why } = detail;
    const tried = triedAgain(detail);
    const failing = tried !== undefined && since !== undefined ? ` since ${shownTime(since)}` : '';
    const end = tried === undefined ? '' : `; ${tried}`;
    const text = `${outcome} ${connection}/${label ?? id}${failing}${why ? `: ${why.message}` : ''}${end}`;
    return indented(text).map((line) => paint(line, isSent(outcome) ? 'change' : 'warn'));
  });
  const listed = [...new Set(details.map(({ outcome }) => outcome))];
  const more = listed.reduce((sum, outcome) => sum + counts[outcome], -shown.length);
  return [
    ...wrap(reportHead(report), '    ', '', paint.columns),
    ...(state === 'ok'
      ? []
      : indented(`${state}${reason ? `: ${reason.message}` : ''}`).map((line) =>
          paint(line, 'error'),
        )),
    ...(again === undefined ? [] : indented(again)),
    ...shown.flat(),
    ...(more > 0 ? [`  and ${more} more`] : []),
    ...(held === undefined ? [] : approval(held)).map((line) => paint(line, 'warn')),
    ...(undeclared > 0
      ? [`  ${counted(undeclared, 'live server')} not declared; not touched`]
      : []),
  ].join('\n');
}

/** Only its counts and calls, in one line that is not wrapped. */
export function reportHead(report: PassReport): string {
  return plainText(`${report.connection}: ${reportCounts(report)}; ${work(report)}`);
}

function reportCounts({ counts }: PassReport): string {
  const parts = [
    ...(counts.created > 0 ? [`${counts.created} created`] : []),
    ...(counts.updated > 0 ? [`${counts.updated} updated`] : []),
    ...(counts.deleted > 0 ? [`${counts.deleted} deleted`] : []),
    ...(counts.reported > 0 ? [`${counts.reported} would change, not sent`] : []),
    ...openCounts(counts),
    ...syncCounts(counts),
  ];
  return parts.length === 0 ? 'no servers' : parts.join(', ');
}

function work({ vendorCalls, secretsDecrypted, credentialsDecrypted, durationMs }: PassReport) {
  const { list, get, put, create = 0, delete: deleted = 0 } = vendorCalls;
  const parts = [
    `${list} list, ${get} get, ${put} put`,
    ...(create > 0 ? [`${create} create`] : []),
    ...(deleted > 0 ? [`${deleted} delete`] : []),
  ];
  return [
    `${counted(list + get + put + create + deleted, 'call')} (${parts.join(', ')})`,
    ...(secretsDecrypted > 0 ? [`${counted(secretsDecrypted, 'secret')} decrypted`] : []),
    ...(credentialsDecrypted > 0
      ? [`${counted(credentialsDecrypted, 'credential')} decrypted`]
      : []),
    `${(durationMs / 1000).toFixed(1)} s`,
  ].join(', ');
}
