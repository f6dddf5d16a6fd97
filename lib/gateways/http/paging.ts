import type { LiveServer } from '../../model/live.types.ts';
import { VendorError } from '../../model/errors/vendor-error.ts';

/** One page of a list. */
export interface Page {
  readonly servers: readonly LiveServer[];
  /** The page number or offset of the next page; absent on the last page. */
  readonly next?: number;
  /** Number of the last page, if pages are numbered and the vendor returns their count. */
  readonly last?: number;
}

/** One page of a list with cursors. */
export interface CursorPage {
  readonly servers: readonly LiveServer[];
  /** Absent on the last page. */
  readonly next?: string;
}

/** Enough for the longest list that a pass can process, with pages of a hundred. */
const maxPages = 4_000;

/**
 * All pages of a list, in the vendor's order. A list that does not advance is an error, so that an incomplete list
 * never looks complete.
 *
 * If a page has the number of pages, the following pages are requested while it is processed, with limited concurrency.
 * The order is still given by `next`: a page that was read ahead and that no page refers to is dropped.
 *
 * @throws VendorError (`body`) for a page that repeats the one before, a `next` that does not grow, and after 4,000
 * pages
 */
export async function* walkPages(
  first: number,
  read: (at: number) => Promise<Page>,
  connection: string,
  atOnce = 1,
): AsyncGenerator<readonly LiveServer[]> {
  const fail = (why: string) =>
    new VendorError('body', 'list', why, { context: { connection }, fault: 'repeated' });
  const ahead = new Map<number, Promise<Page>>();
  const readAhead = (at: number, last: number) => {
    for (let page = at; page <= last && ahead.size < atOnce; page += 1) {
      if (!ahead.has(page)) ahead.set(page, started(read(page)));
    }
  };
  let at = first;
  let before: string | undefined;
  try {
    for (let count = 1; ; count += 1) {
      const { servers, next, last = 0 } = await (ahead.get(at) ?? read(at));
      ahead.delete(at);
      const ids = JSON.stringify(servers.map(({ id }) => id));
      if (ids === before) throw fail(`the list repeats a page (at ${at})`);
      if (next !== undefined && next > at && count < maxPages) readAhead(next, last);
      yield servers;
      if (next === undefined) return;
      if (next <= at) throw fail(`the list does not advance (from ${at} to ${next})`);
      if (count === maxPages) throw fail(`the list has more than ${maxPages} pages`);
      before = ids;
      at = next;
    }
  } finally {
    // No request continues after the list has ended.
    await Promise.allSettled(ahead.values());
  }
}

/**
 * All pages of a list with cursors, in the vendor's order.
 *
 * @throws VendorError (`body`) for a cursor that repeats, and after 4,000 pages
 */
export async function* walkCursors(
  read: (cursor: string | undefined) => Promise<CursorPage>,
  connection: string,
): AsyncGenerator<readonly LiveServer[]> {
  const fail = (why: string) =>
    new VendorError('body', 'list', why, { context: { connection }, fault: 'repeated' });
  const seen = new Set<string>();
  let cursor: string | undefined;
  for (let count = 1; ; count += 1) {
    // oxlint-disable-next-line no-await-in-loop -- each page says where the next one is
    const { servers, next } = await read(cursor);
    yield servers;
    if (next === undefined) return;
    if (seen.has(next)) throw fail('the list does not advance');
    if (count === maxPages) throw fail(`the list has more than ${maxPages} pages`);
    seen.add(next);
    cursor = next;
  }
}

/** Prevents an unhandled rejection until the page is read, which then throws the error. */
function started(page: Promise<Page>): Promise<Page> {
  page.catch(() => undefined);
  return page;
}
