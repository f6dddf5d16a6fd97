import { describe, expect, test } from '@jest/globals';
import type { Page } from '../../../lib/gateways/http/paging.ts';
import { walkCursors, walkPages } from '../../../lib/gateways/http/paging.ts';
import { collect, vendorErrorOf } from '../support.ts';

const page = (ids: readonly string[], next?: number): Page => ({
  servers: ids.map((id) => ({ id, fields: {} })),
  ...(next !== undefined && { next }),
});

async function idsOf(read: (at: number) => Page): Promise<string[]> {
  return (await collect(walkPages(1, async (at) => read(at), 'c'))).map(({ id }) => id);
}

/** Until nothing goes on without an answer. */
const turns = () => new Promise<void>((resolve) => void setImmediate(resolve));

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

  describe('where the vendor says how many pages there are', () => {
    /** Pages that come when they are told to, in any order. */
    function held(last: number, ends = last) {
      const asked: number[] = [];
      const answers = new Map<number, PromiseWithResolvers<Page>>();
      const read = (at: number) => {
        asked.push(at);
        const answer = Promise.withResolvers<Page>();
        answers.set(at, answer);
        return answer.promise;
      };
      const answer = (at: number) =>
        answers.get(at)?.resolve({ ...page([`s${at}`], at < ends ? at + 1 : undefined), last });
      const fail = (at: number) => answers.get(at)?.reject(new Error(`page ${at}`));
      return { asked, read, answer, fail };
    }

    test('so many are asked for at a time, and they come in order', async () => {
      const { asked, read, answer } = held(6);
      const walk = collect(walkPages(1, read, 'c', 3));
      answer(1);
      await turns();
      expect(asked).toEqual([1, 2, 3, 4]);
      answer(4);
      answer(3);
      await turns();
      expect(asked).toEqual([1, 2, 3, 4]);
      answer(2);
      await turns();
      expect(asked).toEqual([1, 2, 3, 4, 5, 6]);
      answer(6);
      answer(5);
      expect((await walk).map(({ id }) => id)).toEqual(['s1', 's2', 's3', 's4', 's5', 's6']);
    });

    test('one that no page leads to is not taken', async () => {
      const { asked, read, answer } = held(9, 2);
      const walk = collect(walkPages(1, read, 'c', 3));
      answer(1);
      await turns();
      for (const at of [4, 3, 2]) answer(at);
      expect((await walk).map(({ id }) => id)).toEqual(['s1', 's2']);
      expect(asked).toEqual([1, 2, 3, 4]);
    });

    test('one that fails ends the list, once all of them are over', async () => {
      const { read, answer, fail } = held(3);
      let over = false;
      const walk = collect(walkPages(1, read, 'c', 3));
      const ended = walk.catch((error: unknown) => error).finally(() => (over = true));
      answer(1);
      await turns();
      fail(2);
      await turns();
      expect(over).toBe(false);
      answer(3);
      expect(await ended).toMatchObject({ message: 'page 2' });
    });
  });

  test.each([
    ['that repeats a page', (at: number) => page(['a'], at + 1), 'the list repeats a page (at 2)'],
    ['that stands', () => page(['a'], 1), 'the list does not advance (from 1 to 1)'],
    ['that goes back', () => page(['a'], 0), 'the list does not advance (from 1 to 0)'],
    ['without end', (at: number) => page([`s${at}`], at + 1), 'the list has more than 4000 pages'],
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

describe('walkCursors', () => {
  const walk = (nextOf: (cursor: string | undefined) => string | undefined) => {
    let count = 0;
    return collect(
      walkCursors(async (cursor) => {
        count += 1;
        const next = nextOf(cursor);
        return { servers: page([`s${count}`]).servers, ...(next !== undefined && { next }) };
      }, 'c'),
    );
  };

  test('goes on from each cursor to the page without one', async () => {
    const next = new Map([
      [undefined, 'x'],
      ['x', 'y'],
    ]);
    expect((await walk((cursor) => next.get(cursor))).map(({ id }) => id)).toEqual([
      's1',
      's2',
      's3',
    ]);
  });

  test('a cursor that comes a second time is an error', async () => {
    const next = new Map([
      [undefined, 'x'],
      ['x', 'y'],
      ['y', 'x'],
    ]);
    expect(await vendorErrorOf(walk((cursor) => next.get(cursor)))).toMatchObject({
      kind: 'body',
      message: 'the list does not advance',
      context: { connection: 'c' },
    });
  });

  test('more than a thousand pages are an error', async () => {
    let nth = 0;
    expect(await vendorErrorOf(walk(() => `${(nth += 1)}`))).toMatchObject({
      message: 'the list has more than 4000 pages',
    });
  });
});
