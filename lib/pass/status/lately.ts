import type { HistoryRecord } from '../../model/history.types.ts';
import type { Time } from '../../model/ledger.types.ts';
import { causes } from '../../model/outcome.ts';
import type { Cause } from '../../model/outcome.ts';
import type { Fight } from './status.types.ts';

/** How far back fights are looked for, in milliseconds. */
export const fightWindow = 86_400_000;
/** So many records of that time are read, the newest: a status costs one Query more, of a few pages at most. */
export const mostLooked = 500;
/** Corrected so often within the window, a field is fought over. */
const often = 3;

/** Live had moved: another tool, or a person, had changed the field at the gateway. */
const corrections: ReadonlySet<Cause> = new Set(['drift', 'both']);

/** By server, the fields that were corrected again and again, with the times in order. */
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

/** By server, why fields of it were changed, in the order of `causes`. */
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

/** When a change was last sent that an approval permits; undefined before the first. */
export function usedAt(digest: string, records: readonly HistoryRecord[]): Time | undefined {
  const used = records.flatMap((record) =>
    'pass' in record && record.approval === digest ? [record.at] : [],
  );
  return used.toSorted().at(-1);
}
