import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { DesiredStore } from '../../lib/desired/desired-store.types.ts';

/** A fresh, empty store, and a way to declare. */
export interface DesiredSubject {
  readonly desired: DesiredStore;
  /** Writes one row; `item` is `connection` or `server#<id>`. */
  readonly put: (
    connection: string,
    item: string,
    value: Readonly<Record<string, unknown>>,
  ) => Promise<void>;
  readonly close: () => Promise<void>;
}

/** What every `DesiredStore` does. */
export function desiredContract(name: string, open: () => Promise<DesiredSubject>): void {
  describe(`${name} is a DesiredStore`, () => {
    let subject: DesiredSubject;
    let desired: DesiredStore;
    beforeEach(async () => {
      subject = await open();
      ({ desired } = subject);
    });
    afterEach(() => subject.close());

    const connections = async () => {
      const names: string[] = [];
      for await (const connection of desired.connections()) names.push(connection);
      return names.toSorted();
    };
    const items = async (connection: string, ids?: readonly string[]) =>
      (await desired.rows(connection, ids)).map((row) => row.item).toSorted();

    test('an empty store has no connections, and an unknown one no rows', async () => {
      expect(await connections()).toEqual([]);
      expect(await desired.rows('acme')).toEqual([]);
      expect(await desired.rows('acme', ['a'])).toEqual([]);
      expect(await desired.countServers('acme')).toBe(0);
    });

    test('connections are listed once each, whatever servers they have', async () => {
      for (const [connection, provider] of [
        ['acme', 'barndoor'],
        ['beta', 'barndoor'],
        ['gamma', 'alloy'],
      ] as const) {
        await subject.put(connection, 'connection', { provider, baseUrl: 'https://x.test' });
        await subject.put(connection, 'server#a', { spec: {} });
      }
      expect(await connections()).toEqual(['acme', 'beta', 'gamma']);
    });

    test('rows come back as they were written', async () => {
      const connection = {
        provider: 'barndoor',
        baseUrl: 'https://x.test',
        budget: { concurrency: 4 },
      };
      const server = {
        label: 'salesforce-prod',
        spec: {
          name: 'Salesforce',
          empty: '',
          none: null,
          list: [1, 2.5, -0.125, [], {}],
          restrictions: { tools: { allow: ['a'] } },
          client_secret: { secret: 'trueup/acme/salesforce', key: 'client_secret' },
          wrong: true,
        },
        policy: { mode: 'correct', ignore: ['/meta/x'] },
      };
      await subject.put('acme', 'connection', connection);
      await subject.put('acme', 'server#a', server);
      const rows = await desired.rows('acme');
      expect(rows.toSorted((a, b) => (a.item < b.item ? -1 : 1))).toEqual([
        { item: 'connection', value: connection },
        { item: 'server#a', value: server },
      ]);
    });

    test('ids limit the rows to them and the connection’s', async () => {
      await subject.put('acme', 'connection', { provider: 'barndoor' });
      for (const id of ['a', 'b', 'c', '😀'])
        await subject.put('acme', `server#${id}`, { spec: {} });
      await subject.put('beta', 'connection', { provider: 'barndoor' });
      await subject.put('beta', 'server#a', { spec: {} });
      expect(await items('acme', ['a', '😀', 'a', 'unknown'])).toEqual([
        'connection',
        'server#a',
        'server#😀',
      ]);
      expect(await items('acme', [])).toEqual(['connection']);
      expect(await items('beta')).toEqual(['connection', 'server#a']);
      expect(await desired.countServers('acme')).toBe(4);
    });

    test('servers are counted with an id and without, as the guard has to', async () => {
      await subject.put('acme', 'connection', { provider: 'barndoor' });
      for (const label of ['a', 'b'])
        await subject.put('acme', `new#${label}`, { label, spec: {} });
      for (const id of ['a', '😀']) await subject.put('acme', `server#${id}`, { spec: {} });
      expect(await desired.countServers('acme')).toBe(4);
    });

    test('rows are complete, however large: 3 MB', async () => {
      await subject.put('acme', 'connection', { provider: 'barndoor' });
      const ids = Array.from({ length: 30 }, (_, n) => `server-${n}`);
      for (const id of ids) {
        await subject.put('acme', `server#${id}`, {
          spec: { meta: { text: 'x'.repeat(100_000) } },
        });
      }
      expect(await items('acme')).toHaveLength(31);
      expect(await items('acme', ids)).toHaveLength(31);
      expect(await desired.countServers('acme')).toBe(30);
    });
  });
}
