import { outcomes } from '../../../model/outcome.ts';
import { isPauseOf } from '../../../model/pause.ts';
import type { NextCommand } from '../../../model/text/next-command.types.ts';
import type { Paint, Style } from '../../../model/text/paint.types.ts';
import { plainText } from '../../../model/text/plain-text.ts';
import { failsSince, triedAgain } from '../../../plan/text/tried-again.ts';
import { shownCaller } from '../../../model/text/shown-caller.ts';
import { shownTime } from '../../../model/text/shown-time.ts';
import { showPointer } from '../../../model/text/shown-value.ts';
import { wrap } from '../../../model/text/wrap.ts';
import { quoted } from '../../next-command.ts';
import type { ConnectionStatus, ServerStatus } from './status.types.ts';

/** Which servers are listed: all, those to look at, or just the first of these. */
export type Listing = 'all' | 'failing' | 'some';

/** Outcomes that need attention. */
const failing: ReadonlySet<ServerStatus['outcome']> = new Set([
  'invalid',
  'missing',
  'unreached',
  'held',
  'failed',
  'refused',
  'waiting',
]);

/** Whether it needs attention. */
export function isFailing({ outcome, fights }: Pick<ServerStatus, 'outcome' | 'fights'>): boolean {
  return failing.has(outcome) || fights !== undefined;
}

const mostListed = 20;

/**
 * A connection for people.
 *
 *     acme-prod (PROVIDER, mode correct): ok
 *         last pass 2026-11-22 10:00 UTC by schedule, 2.1 s
 *         2 failed, 240 inSync
 *         x salesforce-prod: failed since 2026-11-22 09:00 UTC
 */
export function renderStatus(
  status: ConnectionStatus,
  listing: Listing,
  paint: Paint,
  next: NextCommand,
): string {
  const { connection, provider, mode, state, reason } = status;
  const about = [provider, mode && `mode ${mode}`].filter((text) => text !== undefined).join(', ');
  const head = `${connection}${about === '' ? '' : ` (${about})`}: ${stateWords[state]}`;
  const chosen = status.servers.filter((server) => listing === 'all' || isFailing(server));
  const shown = listing === 'some' ? chosen.slice(0, mostListed) : chosen;
  const more = chosen.length - shown.length;
  const fitted = (text: string) => wrap(text, '    ', undefined, paint.columns);
  return [
    paint(plainText(head), state === 'ok' || state === 'unseen' ? 'quiet' : 'error'),
    ...(reason ? fitted(plainText(reason.message)) : []),
    ...facts(status, listing).flatMap((fact) => fitted(plainText(fact))),
    ...steps(status, next),
    ...fitted(countsText(status)),
    ...shown.flatMap((server) => [
      ...serverLines(server, paint),
      ...fightLines(connection, server, paint, next),
    ]),
    ...(more > 0 ? [`    and ${more} more: ${next(`trueup status ${connection} --failing`)}`] : []),
  ].join('\n');
}

const stateWords: Readonly<Record<ConnectionStatus['state'], string>> = {
  ok: 'ok',
  unseen: 'no pass yet',
  unreachable: 'unreachable',
  'needs-login': 'needs login',
  invalid: 'its declaration is invalid',
  interrupted: 'the last pass was interrupted',
};

function facts(status: ConnectionStatus, listing: Listing): readonly string[] {
  const { lastPass, lease, approved } = status;
  const again = failsSince(status);
  return [
    ...(lastPass
      ? [
          `last pass ${shownTime(lastPass.at)} by ${lastPass.trigger}, ${(lastPass.durationMs / 1000).toFixed(1)} s`,
        ]
      : []),
    ...(lease ? [leaseText(lease)] : []),
    ...(again === undefined ? [] : [again]),
    ...pausesText(status, listing),
    ...approved.map(({ digest, at, by, usedAt }) => {
      const use = usedAt === undefined ? 'for 24 hours' : `used ${shownTime(usedAt)}`;
      const who = by === undefined ? '' : ` by ${shownCaller(by)}`;
      return `approved: ${digest.slice(0, 12)}, ${shownTime(at)}${who}, ${use}`;
    }),
  ];
}

function leaseText(lease: NonNullable<ConnectionStatus['lease']>): string {
  const { state, since, expiresAt } = lease;
  const owner = since === undefined ? lease.owner : `${lease.owner} (since ${shownTime(since)})`;
  switch (state) {
    case 'owned':
      return `reconciled now by ${owner}, until ${shownTime(expiresAt)}`;
    case 'ended':
      return `not reconciled now: ${owner} has ended and did not release the lease; the next pass takes it over`;
    case 'expired':
      return `not reconciled now: the lease of ${owner} expired ${shownTime(expiresAt)}; the next pass takes it over`;
  }
}

/** What to do, each in a line that is left whole, so that it can be copied. */
function steps({ connection, state, held }: ConnectionStatus, next: NextCommand) {
  return [
    ...(state === 'needs-login' ? [`    next: ${next(`trueup login ${connection}`)}`] : []),
    ...held.map((digest) => `    held: ${next(`trueup approve ${connection} ${digest}`)}`),
  ];
}

function countsText({ counts }: ConnectionStatus): string {
  const listed = [...outcomes, 'unseen' as const].filter((outcome) => counts[outcome] > 0);
  if (listed.length === 0) return 'no servers';
  return listed.map((outcome) => `${counts[outcome]} ${words[outcome] ?? outcome}`).join(', ');
}

/** The connection's own, and those of servers that are not listed with theirs. */
function pausesText({ pauses, servers }: ConnectionStatus, listing: Listing): readonly string[] {
  const all = pauses.flatMap((pause) => {
    const { id } = pause;
    if (id === undefined) return [pauseText(pause)];
    if (listing === 'all') return [];
    const label = servers.find((one) => isPauseOf(pause, one.id))?.label;
    return [`${label ?? id} ${pauseText(pause)}`];
  });
  const more = all.length - mostListed;
  return [...all.slice(0, mostListed), ...(more > 0 ? [`and ${more} more are paused`] : [])];
}

function pauseText({ at, until, reason, by }: ConnectionStatus['pauses'][number]): string {
  return [
    `paused since ${shownTime(at)}`,
    ...(until === undefined ? [] : [`until ${shownTime(until)}`]),
    ...(by === undefined ? [] : [`by ${shownCaller(by)}`]),
    ...(reason === undefined ? [] : [`(${reason})`]),
  ].join(' ');
}

const words: Readonly<Partial<Record<ServerStatus['outcome'], string>>> = {
  inSync: 'in sync',
  reported: 'would change (mode report)',
  unseen: 'not seen yet',
};

const signs: Readonly<Partial<Record<ServerStatus['outcome'], readonly [string, Style]>>> = {
  unseen: ['?', 'quiet'],
  paused: ['-', 'quiet'],
  off: ['-', 'quiet'],
  invalid: ['x', 'error'],
  missing: ['x', 'error'],
  failed: ['x', 'error'],
  refused: ['x', 'error'],
  unreached: ['-', 'warn'],
  held: ['!', 'warn'],
  waiting: ['.', 'warn'],
  reported: ['~', 'change'],
};

function serverLines(server: ServerStatus, paint: Paint): readonly string[] {
  const { id, label, outcome, since, generation, declaredGeneration, reason, fights } = server;
  const isBehind = declaredGeneration !== undefined && declaredGeneration !== generation;
  const isStale = isBehind && (outcome === 'inSync' || outcome === 'assumed');
  const sound = fights ? (['!', 'warn'] as const) : (['=', 'quiet'] as const);
  const [sign, style] = signs[isStale ? 'waiting' : outcome] ?? sound;
  const seen = isBehind
    ? [`generation ${declaredGeneration} is declared, ${generation ?? 'none'} was acted on`]
    : generation === undefined
      ? []
      : [`generation ${generation}`];
  const again = triedAgain(server);
  const below = (text: string) => wrap(text, '        ', undefined, paint.columns);
  const what = `${words[outcome] ?? outcome}${since === undefined ? '' : ` since ${shownTime(since)}`}`;
  const line = `${sign} ${plainText(label ?? id)}: ${[what, ...seen].join(', ')}`;
  return [
    ...wrap(line, '        ', '    ', paint.columns).map((text) => paint(text, style)),
    ...(reason ? below(plainText(reason.message)) : []),
    ...(again === undefined ? [] : below(again)),
  ];
}

/** So many of the times are shown, the last. */
const timesShown = 5;

/** What fights, and where it is seen what the field was corrected from. */
function fightLines(
  connection: string,
  { id, label, fights = [] }: ServerStatus,
  paint: Paint,
  next: NextCommand,
): readonly string[] {
  if (fights.length === 0) return [];
  const lines = fights.flatMap(({ pointer, times }) => {
    const last = times.slice(-timesShown);
    const which = last.length < times.length ? ', last' : ':';
    const when = last.map((time) => time.slice(11, 16)).join(', ');
    const text = `fight: ${showPointer(pointer)} was corrected ${times.length} times in 24 hours${which} ${when} UTC`;
    return wrap(plainText(text), '        ', undefined, paint.columns);
  });
  const name = quoted(plainText(`${connection}/${label ?? id}`));
  return [
    ...lines.map((line) => paint(line, 'warn')),
    `        next: ${next(`trueup history ${name} --since 24h`)}`,
  ];
}
