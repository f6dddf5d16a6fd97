import { describe, expect, test } from '@jest/globals';
import type { Page } from '../../../lib/providers/http/paging.ts';
import { walkPages } from '../../../lib/providers/http/paging.ts';
import { collect, vendorErrorOf } from '../support.ts';

const page = (ids: readonly string[], next?: number): Page => ({
  servers: ids.map((id) => ({ id, fields: {} })),
  ...(next !== undefined && { next }),
});

async function idsOf(read: (at: number) => Page): Promise<string[]> {
  return (await collect(walkPages(1, async (at) => read(at), 'c'))).map(({ id }) => id);
}

describe('walkPages', () => {
  test('gives all pages in order, a server that comes twice included', async () => {
    const pages = [page(['a', 'b'], 2), page(['b', 'c'], 3), page([])];
    expect(await idsOf((at) => pages[at - 1] as Page)).toEqual(['a', 'b', 'b', 'c']);
  });

  test('reads a page only when it is asked for', async () => {
    const read: number[] = [];
    const walk = walkPages(
      1,
      async (at) => {
        read.push(at);
        return page([`s${at}`], at + 1);
      },
      'c',
    );
    await walk.next();
    await walk.next();
    expect(read).toEqual([1, 2]);
  });

  test.each([
    ['that repeats a page', (at: number) => page(['a'], at + 1), 'the list repeats a page (at 2)'],
    ['that stands', () => page(['a'], 1), 'the list does not advance (from 1 to 1)'],
    ['that goes back', () => page(['a'], 0), 'the list does not advance (from 1 to 0)'],
    ['without end', (at: number) => page([`s${at}`], at + 1), 'the list has more than 1000 pages'],
    ['of empty pages', (at: number) => page([], at + 1), 'the list repeats a page (at 2)'],
  ])('a list %s is an error', async (_what, read, message) => {
    expect(await vendorErrorOf(idsOf(read))).toMatchObject({
      kind: 'body',
      operation: 'list',
      message,
      context: { connection: 'c' },
    });
  });

  test('a thousand pages are not too many', async () => {
    const all = await idsOf((at) => page([`s${at}`], at < 1000 ? at + 1 : undefined));
    expect(all).toHaveLength(1000);
  });
});
