import { html } from 'hono/html';
import { plainText } from '../../model/text/plain-text.ts';
import { failsSince } from '../../plan/text/tried-again.ts';
import { counted } from '../../plan/text/render-guard.ts';
import type { ConnectionStatus } from '../../pass/status/status.types.ts';
import {
  approvedText,
  lastPassText,
  leaseText,
  outcomeText,
  pausedText,
  presentOutcomes,
  signOf,
  stateWords,
} from '../../pass/status/words.ts';
import { actLinks } from '../acts/act-links.ts';
import type { Html } from '../html/html.types.ts';
import type { Page } from '../html/layout.ts';
import { command, href, lines, link, mark, name, notRead } from '../html/parts.ts';
import type { ConnectionReading, FleetReading } from '../reading.ts';
import type { PageContext } from './page-context.types.ts';

/** A tile for each connection. */
export function fleetPage(fleet: FleetReading, context: PageContext): Page {
  return { title: 'Fleet', place: 'fleet', isLive: true, body: fleetBody(fleet, context) };
}

function fleetBody({ listedAt, connections, failure }: FleetReading, context: PageContext): Html {
  return html`<div data-part="failures">
      ${failure ? notRead('The list of connections', failure, listedAt) : ''}
    </div>
    ${
      connections.length === 0 && !failure
        ? html`<p>No connection is declared.</p>
            <p>Next: ${command(context.next('trueup init'))} writes an example.</p>`
        : ''
    }
    <div class="tiles">${connections.map((one) => tile(one, context))}</div>`;
}

function tile(reading: ConnectionReading, context: PageContext): Html {
  const { connection, at, status, failure } = reading;
  return html`<article data-part="${connection}" aria-label="${connection}">
    <h2>${link(href('/servers', { connection }), connection)}</h2>
    ${failure ? notRead('It', failure, at) : ''} ${status ? statusPart(status, context) : ''}
  </article>`;
}

function statusPart(status: ConnectionStatus, context: PageContext): Html {
  const { connection, provider, mode, state, reason, lastPass, lease } = status;
  const { held, approved, undeclared = 0 } = status;
  const about = [provider, mode && `mode ${mode}`].filter((text) => text !== undefined).join(', ');
  const isWell = state === 'ok' || state === 'unseen';
  const ownPauses = status.pauses.filter(({ id }) => id === undefined);
  const paused = status.pauses.length - ownPauses.length;
  return html`<p>
      ${mark(isWell ? ['=', 'quiet'] : ['x', 'error'], stateWords[state])}${about === '' ? '' : html` <span class="quiet">(${about})</span>`}
    </p>
    ${reason ? html`<p>${name(reason.message)}</p>` : ''}
    <ul class="counts">
      ${presentOutcomes(status.counts).map(
        (outcome) =>
          html`<li>
            <a href="${href('/servers', { connection, outcome })}"
              >${mark(signOf({ id: '', outcome }), `${status.counts[outcome]} ${outcomeText(outcome)}`)}</a
            >
          </li>`,
      )}
    </ul>
    ${lines([
      lastPass ? lastPassText(lastPass) : 'no pass yet',
      `next pass: ${nextPass(status, context)}`,
      ...(lease ? [name(leaseText(lease))] : []),
      ...ownPauses.map((pause) => mark(['-', 'warn'], plainText(pausedText(pause)))),
      ...(paused > 0
        ? [
            link(
              href('/servers', { connection, outcome: 'paused' }),
              `${counted(paused, 'server')} paused`,
            ),
          ]
        : []),
      ...held.map(
        (digest) =>
          html`${mark(['!', 'warn'], 'held by the guard:')}
          ${link(href('/plan', { connection, held: digest }), `plan ${digest.slice(0, 12)}`)}`,
      ),
      ...approved.map((approval) => name(approvedText(approval))),
      ...(undeclared > 0
        ? [`${counted(undeclared, 'live server')} not declared; not touched`]
        : []),
    ])}
    ${actLinks({ connection }, ownPauses.length > 0, context)}`;
}

/** When, or what makes it. */
function nextPass(status: ConnectionStatus, { passes }: PageContext): string {
  if (status.lease?.state === 'owned') return 'under way';
  return failsSince(status) ?? passes;
}
