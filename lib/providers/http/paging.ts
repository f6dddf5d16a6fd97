import type { LiveServer } from '../../core/live.types.ts';
import { VendorError } from '../../reconcile/ports/vendor-error.ts';

/** One page of a list. */
export interface Page {
  readonly servers: readonly LiveServer[];
  /** Where the next page starts, as page number or offset; absent on the last. */
  readonly next?: number;
}

const maxPages = 1_000;

/**
 * All pages of a list, in the vendor's order. A list that does not advance is an error, not an end: a part must
 * never look like the whole.
 *
 * @throws VendorError (`body`) for a page that repeats the one before, a `next` that does not grow, and past 1,000 pages
 */
export async function* walkPages(
  first: number,
  read: (at: number) => Promise<Page>,
  connection: string,
): AsyncGenerator<readonly LiveServer[]> {
  const fail = (why: string) => new VendorError('body', 'list', why, { context: { connection } });
  let at = first;
  let before: string | undefined;
  for (let count = 1; ; count += 1) {
    const { servers, next } = await read(at);
    const ids = JSON.stringify(servers.map(({ id }) => id));
    if (ids === before) throw fail(`the list repeats a page (at ${at})`);
    yield servers;
    if (next === undefined) return;
    if (next <= at) throw fail(`the list does not advance (from ${at} to ${next})`);
    if (count === maxPages) throw fail(`the list has more than ${maxPages} pages`);
    before = ids;
    at = next;
  }
}
