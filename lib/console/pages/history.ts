import { html } from 'hono/html';
import { fieldLines } from '../../plan/text/render-field.ts';
import type { ShownRecord } from '../../pass/history/read-history.ts';
import { actText, asPlanned, declaredText, whoText } from '../../pass/history/record-text.ts';
import { marking, printed } from '../html/diff.ts';
import type { Html } from '../html/html.types.ts';
import type { Page } from '../html/layout.ts';
import { href, link, name, select, time } from '../html/parts.ts';

/** What is asked for, as it is in the address. */
export interface HistoryQuery {
  readonly connection?: string | undefined;
  readonly server?: string | undefined;
  readonly by?: string | undefined;
  readonly pass?: string | undefined;
  readonly page: number;
}

/** Records of a page. */
export const recordsOfPage = 50;

/** A page of what was found, newest first, and whether there is more. */
export interface FoundRecords {
  readonly records: readonly ShownRecord[];
  readonly hasMore: boolean;
  /** Connections whose history could not be read, and why. */
  readonly failure: readonly { readonly connection: string; readonly problem: string }[];
}

/** Who did what, and why. */
export function historyPage(
  { records: found, hasMore, failure }: FoundRecords,
  query: HistoryQuery,
  connections: readonly string[],
): Page {
  const { page, ...filters } = query;
  const turn = (to: number) =>
    href('/history', { ...filters, page: to === 1 ? undefined : String(to) });
  const same = (value: string) => ({ value, text: value });
  const body = html`<form action="/history" method="get" role="search" aria-label="History">
      ${select('Connection', 'connection', connections.map(same), query.connection)}
      ${text('Server, by label or id', 'server', query.server)}
      ${text('Person or trigger', 'by', query.by)} ${text('Pass', 'pass', query.pass)}
      <button>Filter</button>
      ${link('/history', 'Show all')}
    </form>
    ${failure.map(
      ({ connection, problem }) =>
        html`<div class="note error">
          <p>The history of ${connection} cannot be read. ${problem}</p>
        </div>`,
    )}
    ${records(found)}
    <nav class="pager" aria-label="Pages">
      ${page > 1 ? html`<a rel="prev" href="${turn(page - 1)}">Newer</a>` : ''}
      ${hasMore ? html`<a rel="next" href="${turn(page + 1)}">Older</a>` : ''}
    </nav>`;
  return { title: 'History', place: 'history', body };
}

const text = (label: string, field: string, value = '') =>
  html`<label>${label} <input name="${field}" value="${value}" maxlength="200" /></label>`;

/** Records in their order. */
export function records(list: readonly ShownRecord[]): Html {
  if (list.length === 0) return html`<p>Nothing was done.</p>`;
  return html`<ol class="counts">
    ${list.map((record) => html`<li>${'pass' in record ? change(record) : act(record)}</li>`)}
  </ol>`;
}

function change(record: Extract<ShownRecord, { pass: string }>): Html {
  const { connection, server, label, at, pass, approval, fields } = record;
  const declared = declaredText(record);
  return html`<p>
      ${time(at)}
      ${link(href('/server', { connection, id: server }), name(`${connection}/${label ?? server}`))},
      ${record.kind === 'change' ? '' : `to be ${record.kind}d, `}by ${whoText(record)}, pass
      ${link(href('/history', { connection, pass }), pass)}${declared === undefined ? '' : `, ${declared}`}${approval === undefined ? '' : `, approved as ${approval.slice(0, 12)}`}
    </p>
    ${printed(fields.flatMap((field) => fieldLines(asPlanned(field), marking)))}`;
}

function act(record: Exclude<ShownRecord, { pass: string }>): Html {
  const { connection } = record;
  const { server, label = server }: { server?: string; label?: string } =
    'server' in record ? record : {};
  const whose =
    server === undefined
      ? html`${connection}`
      : link(href('/server', { connection, id: server }), name(`${connection}/${label}`));
  return html`<p>${time(record.at)} ${whose}: ${name(actText(record))}, by ${whoText(record)}</p>`;
}
