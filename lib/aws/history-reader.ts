import type { ChangeRecord, PassReport } from '../core/ledger.types.ts';
import { triggers } from '../core/outcome.ts';
import type { Ledger, PastFilter } from '../reconcile/ports/ledger.ts';
import type { Clock } from '../reconcile/ports/runtime.ts';
import { reportOf } from './history-items.ts';
import { ItemReader } from './item-reader.ts';
import { endOf, keys } from './ledger-keys.ts';
import type { StoredItem } from './stored-item.ts';
import type { Table } from './table.ts';

/** The part of `Ledger` that reads what `historyItems` added. History decides nothing: what cannot be read is left out. */
export function historyReader(table: Table, clock: Clock): Pick<Ledger, 'history' | 'reports'> {
  const past = async (connection: string, prefix: string) => {
    const now = clock.now();
    const items = await table.query(connection, { prefix });
    return items.filter(({ value }) => endOf(value['ttl']) > now).toSorted(newestFirst);
  };
  return {
    history: async (connection, filter = {}) => {
      const { server } = filter;
      const prefix = server === undefined ? keys.changes : keys.changesOf(server);
      const items = await past(connection, prefix);
      const changes = await Promise.all(items.map(changeOf));
      return chosen(
        changes.flatMap((change) => change ?? []),
        filter,
        ({ at }) => at,
      );
    },
    reports: async (connection, filter = {}) => {
      const items = await past(connection, keys.passes);
      const passes = items.filter(({ item }) => item !== keys.lastPass);
      const reports = await Promise.all(passes.map(({ value }) => reportOf(value['report'])));
      return chosen(
        reports.flatMap((report): PassReport | [] => report ?? []),
        filter,
        ({ startedAt }) => startedAt,
      );
    },
  };
}

/** By the time-ordered id at the end of their keys. */
function newestFirst(a: StoredItem, b: StoredItem): number {
  const [one, two] = [a, b].map(({ item }) => item.slice(item.lastIndexOf('#')));
  return String(one) > String(two) ? -1 : 1;
}

function chosen<T>(records: readonly T[], { since, limit }: PastFilter, at: (one: T) => string) {
  const from = since === undefined ? Number.NEGATIVE_INFINITY : Date.parse(since);
  return records.filter((record) => Date.parse(at(record)) >= from).slice(0, limit);
}

async function changeOf({ item: key, value }: StoredItem): Promise<ChangeRecord | undefined> {
  const { isChangedFields } = await import('../core/kept-forms.ts');
  try {
    const item = new ItemReader(value);
    const fields: unknown = JSON.parse(item.text('fields'));
    if (!isChangedFields(fields)) return undefined;
    return {
      server: key.slice(keys.changes.length, key.lastIndexOf('#')),
      ...item.optional('label', (name) => item.text(name)),
      at: item.time('at'),
      pass: item.text('pass'),
      trigger: item.oneOf('trigger', triggers),
      fields,
    };
  } catch {
    return undefined;
  }
}
