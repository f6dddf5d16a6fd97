import { html } from 'hono/html';
import type { CreatedServer } from '../../model/desired.types.ts';
import type { ShownValue } from '../../model/ledger.types.ts';
import { isPauseOf } from '../../model/pause.ts';
import { newLabelIn } from '../../model/names/server-key.ts';
import { plainText } from '../../model/text/plain-text.ts';
import { showPair, showPointer, showValue } from '../../model/text/shown-value.ts';
import type { ConnectionStatus, ServerStatus } from '../../pass/status/status.types.ts';
import { fightText, pausedText, signOf, serverText } from '../../pass/status/words.ts';
import { serverBlocks } from '../../plan/text/render-server.ts';
import { triedAgain } from '../../plan/text/tried-again.ts';
import { actLinks } from '../acts/act-links.ts';
import { marking, printed } from '../html/diff.ts';
import type { Html } from '../html/html.types.ts';
import type { Page } from '../html/layout.ts';
import { command, href, link, mark, name, notRead, time } from '../html/parts.ts';
import type { ConnectionReading } from '../reading.ts';
import type { PageContext } from './page-context.types.ts';
import { records } from './history.ts';
import { mostRecords } from './read-server.ts';
import type { FieldRow, ServerReading } from './read-server.ts';

/** One server: what is declared, what was applied, what is next, and what was done. */
export function serverPage(
  id: string,
  { connection, at, status, failure }: ConnectionReading,
  reading: ServerReading,
  context: PageContext,
): Page {
  const server = status?.servers.find((one) => one.id === id);
  const label = server?.label ?? id;
  const isPaused = status?.pauses.some((pause) => isPauseOf(pause, id)) ?? false;
  const { history, created } = reading;
  const more = history.length > mostRecords;
  const body = html`${failure ? notRead(connection, failure, at) : ''}
    ${server && status ? summary(server, status, created) : html`<p>Nothing declared has this id now.</p>`}
    ${server || isPaused ? actLinks({ connection, id, label }, isPaused, context, server !== undefined) : ''}
    <h2>Fields</h2>
    ${fieldsPart(reading)} ${livePart(connection, id, reading)}
    <h2>History</h2>
    ${records(history.slice(0, mostRecords))}
    ${more ? html`<p>${link(href('/history', { connection, server: id }), 'All of its history')}</p>` : ''}`;
  return { title: name(`${connection}/${label}`), place: 'servers', body };
}

function summary(
  server: ServerStatus,
  status: ConnectionStatus,
  created: CreatedServer | undefined,
): Html {
  const { id, reason, fights = [], consentUrl } = server;
  const isNew = newLabelIn(id) !== undefined;
  const again = triedAgain(server);
  const own = status.pauses.filter((pause) => isPauseOf(pause, id));
  return html`<dl>
    <dt>Outcome</dt>
    <dd>${mark(signOf(server), serverText(server))}</dd>
    ${
      reason
        ? html`<dt>Why</dt>
            <dd>
              ${reason.pointer === undefined ? '' : `${showPointer(reason.pointer)}: `}${name(reason.message)}
            </dd>`
        : ''
    }
    <dt>What is next</dt>
    <dd>${again ?? 'the next pass includes it'}</dd>
    <dt>Gateway</dt>
    <dd>${status.provider ?? 'not known'}, ${isNew ? 'no id yet' : `id ${name(id)}`}</dd>
    ${created ? comesAndGoes(created) : ''}
    ${
      consentUrl === undefined
        ? ''
        : html`<dt>Consent</dt>
            <dd>a person has to consent at ${command(plainText(consentUrl))}</dd>`
    }
    ${own.map(
      (pause) =>
        html`<dt>Pause</dt>
          <dd>${name(pausedText(pause))}</dd>`,
    )}
    ${fights.map(
      (fight) =>
        html`<dt>Fight</dt>
          <dd>${fightText(fight)}</dd>`,
    )}
  </dl>`;
}

/** Of a row without an id. */
function comesAndGoes({ isAbsent, stored: { binding } }: CreatedServer): Html {
  return html`<dt>Row without an id</dt>
    <dd>
      ${binding ? html`Trueup created it ${time(binding.at)}` : isAbsent ? '' : 'Trueup creates it'}
      ${isAbsent ? (binding ? 'and deletes it once that is approved: it is declared absent' : 'it is declared absent') : ''}
    </dd>`;
}

function fieldsPart({ fields, why, record, live, created }: ServerReading): Html {
  if (!fields) {
    return html`<p>${why === undefined ? 'It is not declared.' : name(why)}</p>`;
  }
  if (fields.length === 0) return html`<p>No field is declared.</p>`;
  return html`<div class="scroll" tabindex="0" role="region" aria-label="Fields">
    <table>
      <thead>
        <tr>
          <th scope="col">Field</th>
          <th scope="col">Declared</th>
          <th scope="col">Last applied</th>
          ${live ? html`<th scope="col">Live</th>` : ''}
        </tr>
      </thead>
      <tbody>
        ${fields.map(
          (field) =>
            html`<tr>
              <th scope="row"><code>${showPointer(field.pointer)}</code></th>
              <td><code>${shown(field.declared)}</code></td>
              <td>
                ${
                  field.isCreateOnly
                    ? onlyWhenCreated(created)
                    : applied(field, record?.outcome === 'assumed' ? record.since : undefined)
                }
              </td>
              ${live ? html`<td>${liveCell(field, live, created)}</td>` : ''}
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}

/** One value, cut where it is very long. */
const shown = (value: ShownValue) => showPair(value, value)[0];

function applied(
  { applied: field, sent, isReadable }: FieldRow,
  assumedSince: string | undefined,
): Html {
  if (!field) return html`not applied yet`;
  const { version } = field;
  const isSaid = sent?.kind === 'secret' || version === undefined;
  return html`${sent ? html`<code>${shown(sent)}</code>, ` : ''}${time(field.at)}${isSaid ? '' : `, version ${name(version.slice(0, 8))}`}
  ${isReadable || assumedSince === undefined ? '' : html`<br />assumed since ${time(assumedSince)}: it cannot be read`}`;
}

function onlyWhenCreated(created: CreatedServer | undefined): Html {
  const at = created?.stored.binding?.at;
  return html`${at === undefined ? 'to be said when it is created' : html`when it was created, ${time(at)}`}`;
}

function liveCell(
  { live: value }: FieldRow,
  { reading }: NonNullable<ServerReading['live']>,
  created: CreatedServer | undefined,
) {
  if (value) return html`<code>${shown(value)}</code>`;
  if (created && !created.stored.binding) return html`the gateway is not known to have it`;
  return html`${reading === undefined ? 'not read' : liveWords[reading.kind]}`;
}

const liveWords = {
  found: 'not read',
  missing: 'the gateway does not have it',
  unreadable: showValue({ kind: 'unreadable' }),
  unsaid: showValue({ kind: 'unreadable' }),
  waiting: 'not read: it waits for its next attempt',
} as const;

/** What a pass would do now; or the button that reads the gateway. */
function livePart(connection: string, id: string, { live }: ServerReading): Html {
  const form = html`<form action="/server" method="get">
    <input type="hidden" name="connection" value="${connection}" />
    <input type="hidden" name="id" value="${id}" />
    <button name="live" value="now">Read the gateway now</button>
    <span class="quiet">Shows live beside it, and what a pass would do. Nothing is changed.</span>
  </form>`;
  if (!live) return form;
  const blocks = serverBlocks(live.plan, marking).filter((block) => block.length > 0);
  return html`<h2>What a pass would do now</h2>
    ${blocks.length === 0 ? html`<p>Nothing: it is in sync.</p>` : blocks.map(printed)} ${form}`;
}
