import { describe, expect, test } from '@jest/globals';
import type { VendorSession } from '../../../lib/gateways/provider.ts';
import type { LiveServer } from '../../../lib/model/live.types.ts';
import type { ListedFor } from '../../../lib/pass/read/list.ts';
import { listAll, listedAtMost, undeclaredKept } from '../../../lib/pass/read/list.ts';

/** A session whose list has these pages. */
function sessionOf(pages: readonly (readonly string[])[], between = async () => undefined) {
  const list = async function* (): AsyncGenerator<readonly LiveServer[]> {
    for (const page of pages) {
      yield page.map((id) => ({ id, fields: { name: `Name ${id}` } }));
      // oxlint-disable-next-line no-await-in-loop -- page by page
      await between();
    }
  };
  return { list } as unknown as VendorSession;
}

const idsFrom = (from: number, count: number) =>
  Array.from({ length: count }, (_, index) => `s${from + index}`);

const of = (ids: readonly string[]): ListedFor => ({ ids: new Set(ids), namesakes: () => [] });
const clock = { now: () => 0 };

describe('a list', () => {
  test('keeps what is declared, and of the rest a count and the first thousand', async () => {
    const pages = [idsFrom(0, 700), idsFrom(700, 700), ['a', ...idsFrom(0, 10)], ['b']];
    const declared = Promise.resolve(of(['a', 'b', 's3']));
    const listed = await listAll(sessionOf(pages), declared, clock);
    expect([...listed.servers.keys()].toSorted()).toEqual(['a', 'b', 's3']);
    expect(listed.undeclared.count).toBe(1_399);
    expect(listed.undeclared.first).toHaveLength(undeclaredKept);
    expect(listed.undeclared.first[0]).toEqual({ id: 's0', fields: { name: 'Name s0' } });
  });

  test('is the same whenever it is known what is declared', async () => {
    const pages = [idsFrom(0, 5), ['a', 's9'], ['a']];
    const atOnce = await listAll(sessionOf(pages), Promise.resolve(of(['a'])), clock);
    const declared = Promise.withResolvers<ListedFor>();
    const late = listAll(sessionOf(pages), declared.promise, clock);
    setTimeout(() => declared.resolve(of(['a'])), 20);
    expect(await late).toEqual(atOnce);
  });

  test('fails as the table does that says what is declared', async () => {
    const declared = Promise.reject(new Error('no table'));
    await expect(listAll(sessionOf([['a']]), declared, clock)).rejects.toThrow('no table');
  });

  test('with more servers than a pass takes is an error', async () => {
    const page = 1_000;
    const pages = (servers: number) =>
      Array.from({ length: Math.ceil(servers / page) }, (_, index) =>
        idsFrom(index * page, Math.min(page, servers - index * page)),
      );
    const declared = Promise.resolve(of(['s1']));
    const most = await listAll(sessionOf(pages(listedAtMost)), declared, clock);
    expect(most.undeclared.count).toBe(listedAtMost - 1);
    await expect(listAll(sessionOf(pages(listedAtMost + 1)), declared, clock)).rejects.toThrow(
      'the list has more than 200000 servers; nothing is changed',
    );
  });
});
