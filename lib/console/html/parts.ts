import { html } from 'hono/html';
import type { Time } from '../../model/ledger.types.ts';
import type { Style } from '../../model/text/paint.types.ts';
import { plainText } from '../../model/text/plain-text.ts';
import { shownTime } from '../../model/text/shown-time.ts';
import type { ReadFailure } from '../reading.ts';
import type { Html } from './html.types.ts';

/* What pages are made of. Whatever a vendor or user wrote comes in as text, which the templates escape. */

/** A name on one line, without control, bidirectional or invisible characters. */
export const name = (text: string) => plainText(text);

export const time = (at: Time): Html => html`<time datetime="${at}">${shownTime(at)}</time>`;

/** `/servers?connection=acme&page=2`: parameters that are undefined or '' are left out. */
export function href(path: string, parameters: Readonly<Record<string, string | undefined>> = {}) {
  const given = Object.entries(parameters).filter(
    (entry): entry is [string, string] => entry[1] !== undefined && entry[1] !== '',
  );
  const query = new URLSearchParams(given).toString();
  return query === '' ? path : `${path}?${query}`;
}

export const link = (to: string, text: string): Html => html`<a href="${to}">${text}</a>`;

/** A sign and a word: a status is never shown by colour alone. */
export const mark = ([sign, style]: readonly [string, Style], words: string): Html =>
  html`<span class="mark ${style}"><span aria-hidden="true">${sign}</span> ${words}</span>`;

/** Sentences one below the other. */
export const lines = (texts: readonly (string | Html)[]): Html =>
  html`${texts.map((text) => html`<p>${text}</p>`)}`;

/** A command line, to be copied. */
export const command = (line: string): Html => html`<code class="command">${line}</code>`;

/** A note that something could not be read: since when, how old the shown data is, and what to do. */
export function notRead(
  what: string,
  { problem, next, since }: ReadFailure,
  shownAt: number | undefined,
): Html {
  const at = (ms: number) => time(new Date(ms).toISOString());
  return html`<div class="note error" role="status">
    <p>
      <strong>${what} cannot be read since ${at(since)}.</strong> ${problem}.
      ${shownAt === undefined ? 'Nothing was read before.' : html`The page shows the state of ${at(shownAt)}.`}
    </p>
    <p>Next: ${next}</p>
  </div>`;
}

/** `1 to 50 of 240`, with links to the pages before and after. */
export function pager(
  page: number,
  size: number,
  count: number,
  address: (page: number) => string,
  label: string,
): Html {
  const from = Math.min((page - 1) * size + 1, count);
  const to = Math.min(page * size, count);
  return html`<nav class="pager" aria-label="${label}">
    <span>${count === 0 ? 'None' : `${from} to ${to} of ${count}`}</span>
    ${page > 1 ? html`<a rel="prev" href="${address(page - 1)}">Previous</a>` : ''}
    ${to < count ? html`<a rel="next" href="${address(page + 1)}">Next</a>` : ''}
  </nav>`;
}

/** An option of a filter. */
export interface Choice {
  readonly value: string;
  readonly text: string;
}

export function select(
  label: string,
  field: string,
  choices: readonly Choice[],
  chosen: string | undefined,
): Html {
  return html`<label
    >${label}
    <select name="${field}">
      <option value="">All</option>
      ${choices.map(
        ({ value, text }) =>
          html`<option value="${value}" ${value === chosen ? 'selected' : ''}>${text}</option>`,
      )}
    </select>
  </label>`;
}
