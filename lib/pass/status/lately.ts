import type { HistoryRecord } from '../../model/history.types.ts';
import type { Time } from '../../model/ledger.types.ts';
import { causes } from '../../model/outcome.ts';
import type { Cause } from '../../model/outcome.ts';
import type { Fight } from './status.types.ts';

/** The time window for fights, in milliseconds. */
export const fightWindow = 86_400_000;
/** Maximum number of records that are read, the newest first, which limits the cost of a status. */
export const mostLooked = 500;
/** Number of corrections within the window from which a field counts as a fight. */
const often = 3;

/** Causes where another tool or a user had changed the field at the gateway. */
const corrections: ReadonlySet<Cause> = new Set(['drift', 'both']);

/** Fields that were corrected repeatedly, by server, with the times in order. */
export function fightsIn(records: readonly HistoryRecord[]): ReadonlyMap<string, readonly Fight[]> {
  const times = new Map<string, Map<string, Time[]>>();
  for (const record of records) {
    if (record.kind !== 'change') continue;
    for (const { pointer, cause } of record.fields) {
      if (!corrections.has(cause)) continue;
      const fields = times.get(record.server) ?? new Map<string, Time[]>();
      times.set(record.server, fields.set(pointer, [...(fields.get(pointer) ?? []), record.at]));
    }
  }
  return new Map(
    [...times].flatMap(([server, fields]) => {
      const fights = [...fields].flatMap(([pointer, all]) =>
        all.length >= often ? [{ pointer, times: all.toSorted() }] : [],
      );
      return fights.length > 0 ? [[server, fights] as const] : [];
    }),
  );
}

/** Causes of changes by server, in the order of `causes`. */
export function causesIn(records: readonly HistoryRecord[]): ReadonlyMap<string, readonly Cause[]> {
  const found = new Map<string, Set<Cause>>();
  for (const record of records) {
    if (record.kind !== 'change') continue;
    const own = found.get(record.server) ?? new Set();
    for (const { cause } of record.fields) own.add(cause);
    found.set(record.server, own);
  }
  return new Map([...found].map(([id, own]) => [id, causes.filter((cause) => own.has(cause))]));
}

/** When a change with this approval was last sent; undefined if none was. */
export function usedAt(digest: string, records: readonly HistoryRecord[]): Time | undefined {
  const used = records.flatMap((record) =>
    'pass' in record && record.approval === digest ? [record.at] : [],
  );
  return used.toSorted().at(-1);
}
