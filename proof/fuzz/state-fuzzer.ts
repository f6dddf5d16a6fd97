import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import fc from 'fast-check';
import { leaseStore } from '../../lib/lease/lease-store.ts';
import { openLedger } from '../../lib/ledger/ledger.ts';
import { serverValue } from '../../lib/ledger/server-record.ts';
import { StoreError } from '../../lib/model/errors/store-error.ts';
import { openSqliteTable } from '../../lib/table/sqlite/table.ts';
import type { ItemValue } from '../../lib/table/table.ts';
import { edited, editsOf } from './edits.ts';
import { fuzzer, must } from './fuzzer.ts';
import { kept, mustBeLease, mustReadLedger } from './kept.ts';
import { strangeJson } from './strange.ts';

const { server, pause, report, change, lease, now } = kept;
const record = serverValue(server) ?? {};
const ttl = now / 1000 + 3_600;

const items: readonly (readonly [key: string, value: ItemValue])[] = [
  ['server#s1', record],
  ['pause#s1', pause],
  ['pause', pause],
  ['resend#s1', { marks: ['m1'] }],
  ['held#d1', { at: report.startedAt, parts: 1, ttl }],
  ['approval#20261122T115500000Z#d1', { at: report.startedAt, by: 'ann', ttl }],
  ['pass#last', { report: JSON.stringify(report), ttl }],
  ['pass#20261122T115500000Z', { report: JSON.stringify(report), ttl }],
  ['history#20261122T115500000Z', { record: JSON.stringify(change), ttl }],
  ['lease', { ...lease, knocked: ['s1'], running: 'all' }],
];

/** One row of `state.db` whose text is not as it was written; the others are. */
export const stateFuzzer = (read = mustReadLedger) =>
  fuzzer({
    name: 'state',
    what: 'rows of state.db: the same, on a laptop',
    inputs: fc
      .tuple(
        fc.constantFrom(...items),
        editsOf(strangeJson, 3),
        fc.nat(2_000),
        fc.constantFrom(0, 0, 0, 1, 40),
        fc.constantFrom('value', 'bytes'),
      )
      .map(([[key, value], edits, at, take, column]) => {
        const text = JSON.stringify(edited(value, edits)) ?? '';
        return { key, column, text: take === 0 ? text : text.slice(0, at) + text.slice(at + take) };
      }),
    open: async () => {
      const folder = await mkdtemp(join(tmpdir(), 'trueup-fuzz-'));
      const path = join(folder, 'state.db');
      const table = openSqliteTable(path, now);
      for (const [key, value] of items) await table.put('acme', key, value, 0);
      const database = new DatabaseSync(path);
      const clock = { now: () => now, sleep: async () => undefined };
      const ledger = openLedger({ table, clock });
      const leases = leaseStore(table);
      return {
        check: async ({ key, column, text }) => {
          const set = database.prepare(`UPDATE items SET ${column} = ? WHERE key = ?`);
          const [before] = database
            .prepare(`SELECT ${column} AS was FROM items WHERE key = ?`)
            .all(key);
          set.run(text, key);
          try {
            await read(ledger);
            const found = await leases.read('acme').catch((error: unknown) => {
              must(error instanceof StoreError, `not typed: ${String(error)}`);
            });
            if (found) mustBeLease(found);
          } finally {
            set.run(before?.['was'] ?? null, key);
          }
        },
        close: async () => {
          database.close();
          table.close();
          await rm(folder, { recursive: true });
        },
      };
    },
  });
