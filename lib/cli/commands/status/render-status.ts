import { isPauseOf } from '../../../model/pause.ts';
import type { NextCommand } from '../../../model/text/next-command.types.ts';
import type { Paint } from '../../../model/text/paint.types.ts';
import { plainText } from '../../../model/text/plain-text.ts';
import { commandLines, wrap } from '../../../model/text/wrap.ts';
import type { ConnectionStatus, ServerStatus } from '../../../pass/status/status.types.ts';
import {
  approvedText,
  countsText,
  fightText,
  isFailing,
  lastPassText,
  leaseText,
  pausedText,
  signOf,
  serverText,
  stateWords,
} from '../../../pass/status/words.ts';
import { failsSince, triedAgain } from '../../../plan/text/tried-again.ts';
import { shellWord } from '../../../model/text/shell-word.ts';
import { resumedCode } from '../../../pass/status/read-status.ts';
import { counted } from '../../../plan/text/render-guard.ts';

/** Which servers are listed: all, those that need attention, or the first of these. */
export type Listing = 'all' | 'failing' | 'some';

const mostListed = 20;

/**
 * A connection as text.
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
    ...wrap(plainText(head), '    ', '', paint.columns).map((line) =>
      paint(line, state === 'ok' || state === 'unseen' ? 'quiet' : 'error'),
    ),
    ...(reason ? fitted(plainText(reason.message)) : []),
    ...facts(status, listing).flatMap((fact) => fitted(plainText(fact))),
    ...steps(status, next, paint.columns),
    ...fitted(countsText(status)),
    ...resumedText(status, listing).flatMap(fitted),
    ...shown.flatMap((server) => [
      ...serverLines(server, paint),
      ...fightLines(connection, server, paint, next),
    ]),
    ...(more > 0
      ? commandLines(
          next(`trueup status ${connection} --failing`),
          '        ',
          `    and ${more} more: `,
          paint.columns,
        )
      : []),
  ].join('\n');
}

function facts(status: ConnectionStatus, listing: Listing): readonly string[] {
  const { lastPass, lease, approved } = status;
  const again = failsSince(status);
  return [
    ...(lastPass ? [lastPassText(lastPass)] : []),
    ...(lease ? [leaseText(lease)] : []),
    ...(again === undefined ? [] : [again]),
    ...pausesText(status, listing),
    ...approved.map(approvedText),
  ];
}

/** The counts have the outcomes of the last pass: servers that were resumed since then are still counted as paused. */
function resumedText({ servers }: ConnectionStatus, listing: Listing): readonly string[] {
  const count = servers.filter(({ reason }) => reason?.code === resumedCode).length;
  if (count === 0 || listing === 'all') return [];
  return [`the pause of ${counted(count, 'server')} has ended, and no pass has run since`];
}

/** Next steps, as commands to copy. */
function steps({ connection, state, held }: ConnectionStatus, next: NextCommand, width?: number) {
  const step = (head: string, command: string) =>
    commandLines(next(command), '        ', `    ${head}: `, width);
  return [
    ...(state === 'needs-login' ? step('next', `trueup login ${connection}`) : []),
    ...held.flatMap((digest) => step('held', `trueup approve ${connection} ${digest}`)),
  ];
}

/** Pauses of the connection, and of servers that are not listed. */
function pausesText({ pauses, servers }: ConnectionStatus, listing: Listing): readonly string[] {
  const all = pauses.flatMap((pause) => {
    const { id } = pause;
    if (id === undefined) return [pausedText(pause)];
    if (listing === 'all') return [];
    const label = servers.find((one) => isPauseOf(pause, one.id))?.label;
    return [`${label ?? id} ${pausedText(pause)}`];
  });
  const more = all.length - mostListed;
  return [...all.slice(0, mostListed), ...(more > 0 ? [`and ${more} more are paused`] : [])];
}

function serverLines(server: ServerStatus, paint: Paint): readonly string[] {
  const { id, label, reason, consentUrl } = server;
  const [sign, style] = signOf(server);
  const again = triedAgain(server);
  const below = (text: string) => wrap(text, '        ', undefined, paint.columns);
  const line = `${sign} ${plainText(label ?? id)}: ${serverText(server)}`;
  return [
    ...wrap(line, '        ', '    ', paint.columns).map((text) => paint(text, style)),
    ...(reason ? below(plainText(reason.message)) : []),
    ...(again === undefined ? [] : below(again)),
    ...(consentUrl === undefined ? [] : [`        consent: ${plainText(consentUrl)}`]),
  ];
}

/** The fights of a server, with the command that shows the corrections. */
function fightLines(
  connection: string,
  { id, label, fights = [] }: ServerStatus,
  paint: Paint,
  next: NextCommand,
): readonly string[] {
  if (fights.length === 0) return [];
  const lines = fights.flatMap((fight) =>
    wrap(fightText(fight), '        ', undefined, paint.columns),
  );
  const name = shellWord(plainText(`${connection}/${label ?? id}`));
  return [
    ...lines.map((line) => paint(line, 'warn')),
    ...commandLines(
      next(`trueup history ${name} --since 24h`),
      '            ',
      '        next: ',
      paint.columns,
    ),
  ];
}
