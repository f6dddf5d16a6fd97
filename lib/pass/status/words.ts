import { outcomes } from '../../model/outcome.ts';
import type { Style } from '../../model/text/paint.types.ts';
import { plainText } from '../../model/text/plain-text.ts';
import { shownCaller } from '../../model/text/shown-caller.ts';
import { shownTime } from '../../model/text/shown-time.ts';
import { showPointer } from '../../model/text/shown-value.ts';
import type { ConnectionStatus, Fight, ServerStatus } from './status.types.ts';

/* Status texts, for the command line and the console. */

/** Outcomes that need attention. */
const attentionOutcomes: ReadonlySet<ServerStatus['outcome']> = new Set([
  'invalid',
  'missing',
  'unreached',
  'unsure',
  'held',
  'failed',
  'refused',
  'waiting',
]);

/** Whether the server needs attention. */
export function isFailing({ outcome, fights }: Pick<ServerStatus, 'outcome' | 'fights'>): boolean {
  return attentionOutcomes.has(outcome) || fights !== undefined;
}

export const stateWords: Readonly<Record<ConnectionStatus['state'], string>> = {
  ok: 'ok',
  unseen: 'no pass yet',
  unreachable: 'unreachable',
  'needs-login': 'needs login',
  invalid: 'its declaration is invalid',
  interrupted: 'the last pass was interrupted',
};

/** `last pass 2026-11-22 10:00 UTC by schedule, 2.1 s` */
export function lastPassText({
  at,
  trigger,
  durationMs,
}: NonNullable<ConnectionStatus['lastPass']>): string {
  return `last pass ${shownTime(at)} by ${trigger}, ${(durationMs / 1000).toFixed(1)} s`;
}

/** The owner of the lease, and whether it still reconciles the connection. */
export function leaseText(lease: NonNullable<ConnectionStatus['lease']>): string {
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

/** `approved: 5f2a91c07be4, 2026-11-22 10:00 UTC by kim, for 24 hours` */
export function approvedText({
  digest,
  at,
  by,
  usedAt,
}: ConnectionStatus['approved'][number]): string {
  const use = usedAt === undefined ? 'for 24 hours' : `used ${shownTime(usedAt)}`;
  const who = by === undefined ? '' : ` by ${shownCaller(by)}`;
  return `approved: ${digest.slice(0, 12)}, ${shownTime(at)}${who}, ${use}`;
}

/** `paused since 2026-11-22 10:00 UTC by kim (vendor maintenance)` */
export function pausedText({ at, until, reason, by }: ConnectionStatus['pauses'][number]): string {
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

/** An outcome as text. */
export function outcomeText(outcome: ServerStatus['outcome']): string {
  return words[outcome] ?? outcome;
}

/** The outcomes that occur, in their order. */
export function presentOutcomes(
  counts: ConnectionStatus['counts'],
): readonly ServerStatus['outcome'][] {
  return [...outcomes, 'unseen' as const].filter((outcome) => counts[outcome] > 0);
}

/** `2 failed, 240 in sync` */
export function countsText({ counts }: Pick<ConnectionStatus, 'counts'>): string {
  const listed = presentOutcomes(counts);
  if (listed.length === 0) return 'no servers';
  return listed.map((outcome) => `${counts[outcome]} ${outcomeText(outcome)}`).join(', ');
}

const signs: Readonly<Partial<Record<ServerStatus['outcome'], readonly [string, Style]>>> = {
  unseen: ['?', 'quiet'],
  paused: ['-', 'quiet'],
  off: ['-', 'quiet'],
  invalid: ['x', 'error'],
  missing: ['x', 'error'],
  failed: ['x', 'error'],
  refused: ['x', 'error'],
  unreached: ['-', 'warn'],
  unsure: ['?', 'warn'],
  held: ['!', 'warn'],
  waiting: ['.', 'warn'],
  reported: ['~', 'change'],
};

const isBehind = ({ declaredGeneration, generation }: ServerStatus) =>
  declaredGeneration !== undefined && declaredGeneration !== generation;

/** The sign of a server. If no pass has run since its declaration changed, it is shown as waiting. */
export function signOf(server: ServerStatus): readonly [sign: string, style: Style] {
  const { outcome, fights } = server;
  const isStale = isBehind(server) && (outcome === 'inSync' || outcome === 'assumed');
  const sound = fights ? (['!', 'warn'] as const) : (['=', 'quiet'] as const);
  return signs[isStale ? 'waiting' : outcome] ?? sound;
}

/** `failed since 2026-11-22 09:00 UTC, generation 7` */
export function serverText(server: ServerStatus): string {
  const { outcome, since, generation, declaredGeneration } = server;
  const seen = isBehind(server)
    ? [`generation ${declaredGeneration} is declared, ${generation ?? 'none'} was acted on`]
    : generation === undefined
      ? []
      : [`generation ${generation}`];
  const what = `${outcomeText(outcome)}${since === undefined ? '' : ` since ${shownTime(since)}`}`;
  return [what, ...seen].join(', ');
}

/** Maximum number of times that are shown, the latest ones. */
const timesShown = 5;

/** `fight: name was corrected 3 times in 24 hours: 10:00, 10:05, 10:10 UTC` */
export function fightText({ pointer, times }: Fight): string {
  const last = times.slice(-timesShown);
  const which = last.length < times.length ? ', last' : ':';
  const when = last.map((time) => time.slice(11, 16)).join(', ');
  return plainText(
    `fight: ${showPointer(pointer)} was corrected ${times.length} times in 24 hours${which} ${when} UTC`,
  );
}
