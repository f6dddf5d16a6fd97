import { html } from 'hono/html';
import { causes, outcomes } from '../../model/outcome.ts';
import type { Cause } from '../../model/outcome.ts';
import { triedAgain } from '../../plan/text/tried-again.ts';
import { causeWords } from '../../plan/text/render-field.ts';
import { counted } from '../../plan/text/render-guard.ts';
import type { ServerStatus } from '../../pass/status/status.types.ts';
import { fightText, isFailing, outcomeText, signOf, serverText } from '../../pass/status/words.ts';
import type { Html } from '../html/html.types.ts';
import type { Page } from '../html/layout.ts';
import { command, href, link, mark, name, notRead, pager, select } from '../html/parts.ts';
import type { ConnectionReading, FleetReading } from '../reading.ts';
import type { PageContext } from './page-context.types.ts';

/** What is asked for, as it is in the address. */
export interface ServersQuery {
  readonly connection?: string | undefined;
  readonly outcome?: string | undefined;
  readonly cause?: string | undefined;
  readonly gateway?: string | undefined;
  readonly text?: string | undefined;
  readonly page: number;
}

/** Servers of a page. */
export const pageSize = 50;

interface Row {
  readonly connection: string;
  readonly server: ServerStatus;
}

/** Servers of all connections, what fails first. */
export function serversPage(fleet: FleetReading, query: ServersQuery, context: PageContext): Page {
  const chosen = fleet.connections.filter((one) => isChosen(one, query));
  const rows = chosen.flatMap(({ connection, status }) =>
    (status?.servers ?? []).flatMap((server) =>
      isWanted(connection, server, query) ? [{ connection, server }] : [],
    ),
  );
  // Stable: within both groups by connection and label, as they were read.
  const sorted = [
    ...rows.filter(({ server }) => isFailing(server)),
    ...rows.filter(({ server }) => !isFailing(server)),
  ];
  const pages = Math.max(1, Math.ceil(sorted.length / pageSize));
  const page = Math.min(query.page, pages);
  const shown = sorted.slice((page - 1) * pageSize, page * pageSize);
  const { page: _page, ...filters } = query;
  const turn = (label: string) =>
    pager(
      page,
      pageSize,
      sorted.length,
      (other) => href('/servers', { ...filters, page: other === 1 ? undefined : String(other) }),
      label,
    );
  const body = html`${filterForm(fleet, query)}
    <div data-part="failures">
      ${fleet.failure ? notRead('The list of connections', fleet.failure, fleet.listedAt) : ''}
      ${chosen.map(({ connection, at, failure }) => (failure ? notRead(connection, failure, at) : ''))}
    </div>
    <div data-part="servers">${turn('Pages')} ${table(shown)} ${turn('Pages, again')}</div>
    <div data-part="undeclared">${undeclaredPart(chosen, context)}</div>`;
  return { title: 'Servers', place: 'servers', isLive: true, body };
}

function isChosen({ connection, status }: ConnectionReading, query: ServersQuery): boolean {
  return (
    (query.connection ?? connection) === connection &&
    (query.gateway === undefined || status?.provider === query.gateway)
  );
}

function isWanted(
  connection: string,
  server: ServerStatus,
  { outcome, cause, text }: ServersQuery,
): boolean {
  if (outcome !== undefined && server.outcome !== outcome) return false;
  if (cause !== undefined && !server.causes?.includes(cause as Cause)) return false;
  if (text === undefined) return true;
  const { id, label = '', reason } = server;
  const wanted = text.toLowerCase();
  return [`${connection}/${label}`, id, reason?.message ?? ''].some((one) =>
    one.toLowerCase().includes(wanted),
  );
}

function filterForm({ connections }: FleetReading, query: ServersQuery): Html {
  const gateways = new Set(connections.flatMap(({ status }) => status?.provider ?? []));
  const same = (value: string) => ({ value, text: value });
  return html`<form action="/servers" method="get" role="search" aria-label="Servers">
    ${select(
      'Connection',
      'connection',
      connections.map((one) => same(one.connection)),
      query.connection,
    )}
    ${select(
      'Outcome',
      'outcome',
      [...outcomes, 'unseen' as const].map((value) => ({ value, text: outcomeText(value) })),
      query.outcome,
    )}
    ${select(
      'Changed within a day because',
      'cause',
      causes.map((value) => ({ value, text: causeWords[value].join(': ') })),
      query.cause,
    )}
    ${select('Gateway', 'gateway', [...gateways].toSorted().map(same), query.gateway)}
    <label
      >Text <input name="text" type="search" value="${query.text ?? ''}" maxlength="200"
    /></label>
    <button>Filter</button>
    ${link('/servers', 'Show all')}
  </form>`;
}

function table(rows: readonly Row[]): Html {
  if (rows.length === 0) return html`<p>No server fits.</p>`;
  return html`<table class="cards">
    <thead>
      <tr>
        <th scope="col">Server</th>
        <th scope="col">Outcome</th>
        <th scope="col">Why, and what is next</th>
      </tr>
    </thead>
    <tbody>
      ${rows.map(tableRow)}
    </tbody>
  </table>`;
}

function tableRow({ connection, server }: Row): Html {
  const { id, label, reason, fights = [] } = server;
  const again = triedAgain(server);
  return html`<tr>
    <th scope="row">
      ${link(href('/server', { connection, id }), name(`${connection}/${label ?? id}`))}
    </th>
    <td>${mark(signOf(server), serverText(server))}</td>
    <td>
      ${reason ? html`<p>${name(reason.message)}</p>` : ''}${again === undefined ? '' : html`<p>${again}</p>`}${fights.map((fight) => html`<p>${fightText(fight)}</p>`)}
    </td>
  </tr>`;
}

/** Live servers that are not declared, with the command that declares them. */
function undeclaredPart(chosen: readonly ConnectionReading[], { next }: PageContext): Html {
  const some = chosen.flatMap(({ connection, status }) =>
    status?.undeclared ? [{ connection, count: status.undeclared }] : [],
  );
  if (some.length === 0) return html``;
  return html`<h2>Not declared</h2>
    <p>Live servers that no declaration names: they are counted, and not touched.</p>
    <ul>
      ${some.map(
        ({ connection, count }) =>
          html`<li>
            ${connection}: ${counted(count, 'live server')};
            ${command(next(`trueup import ${connection}`))} writes the YAML that declares them
          </li>`,
      )}
    </ul>`;
}
