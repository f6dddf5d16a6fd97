import { html } from 'hono/html';
import type { Paint } from '../../model/text/paint.types.ts';
import type { Html } from './html.types.ts';

/*
 * What the command line prints in colour, as HTML. The texts of plans and history come with marks around what has a
 * style: control characters, which no vendor's or user's text keeps when it is printed.
 */

const [open, between, close] = ['\u0001', '\u0002', '\u0003'];

/** Lines are broken by the browser, where the window is narrow. */
const columns = 400;

/** Marks a style, for `painted`. */
export const marking: Paint = Object.assign(
  (text: string, style: string) => `${open}${style}${between}${text}${close}`,
  { columns },
);

const marked = new RegExp(`${open}([a-z]+)${between}([^${close}]*)${close}`, 'g');

/** One line with its styles. */
function painted(line: string): Html {
  const parts: (string | Html)[] = [];
  let end = 0;
  for (const found of line.matchAll(marked)) {
    const [whole, style = '', text = ''] = found;
    parts.push(line.slice(end, found.index), html`<span class="${style}">${text}</span>`);
    end = found.index + whole.length;
  }
  return html`${[...parts, line.slice(end)]}`;
}

/** Lines as they are printed. */
export function printed(lines: readonly string[]): Html {
  return html`<pre class="diff">${lines.flatMap((line) => [painted(line), '\n'])}</pre>`;
}
