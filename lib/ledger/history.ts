import type { ActRecord, HistoryRecord } from '../model/history.types.ts';
import type { Clock } from '../model/runtime.types.ts';
import { cappedChange, firstThatFits } from '../plan/shown-values.ts';
import type { Item, Table } from '../table/table.ts';
import { endOf, historyRange, keys, lives, ttlAt } from './keys.ts';
import type { Ledger } from './ledger.types.ts';
import { newest } from './newest.ts';
import { jsonBytes, jsonMaximum, parsed } from './stored-json.ts';
import { timeOrderedIds } from './time-ordered-id.ts';

/**
 * Maximum characters of each shown value, and maximum fields, of a change. The smaller limits are used if a change is
 * too large.
 */
const changeLimits = [
  { characters: 4000, fields: Number.POSITIVE_INFINITY },
  { characters: 400, fields: Number.POSITIVE_INFINITY },
  { characters: 40, fields: 500 },
  { characters: 40, fields: 50 },
  { characters: 0, fields: 5 },
  { characters: 0, fields: 0 },
] as const;
/** Rows in one record of a push: even with the longest names they fit into an item. */
const pushedInRecord = 200;

/** Writes one record. All records are written here. */
export type Recorder = Ledger['record'];

/**
 * The part of `Ledger` for history. A record is stored as JSON text, because DynamoDB limits numbers and nesting more
 * than JSON, and is cut to stay well below 400 KB. History is only for users: records that cannot be read are left out.
 *
 * A user's command is recorded before it runs: if the process dies in between, the record remains, and nothing is done
 * without a record. What a pass sent is recorded afterwards, when it is known.
 */
export function history(
  table: Table,
  clock: Clock,
  ids: () => string,
): Pick<Ledger, 'record' | 'history'> {
  const timeOrdered = timeOrderedIds(ids);

  return {
    record: async (connection, record) => {
      const at = Date.parse(record.at);
      const ttl = ttlAt(at, lives.history);
      for (const part of inItems(record)) {
        // oxlint-disable-next-line no-await-in-loop -- nearly always one
        await table.put(connection, keys.history(timeOrdered(at)), { record: json(part), ttl });
      }
    },
    history: async (connection, filter = {}) => {
      const { since, matches, ...rest } = filter;
      // Passes do not read it: a function starts faster without the schema.
      const { historyRecordSchema } = await import('../plan/text/history-schema.ts');
      const matching = ({ value }: Item) => {
        if (endOf(value['ttl']) <= clock.now()) return undefined;
        const record = parsed(historyRecordSchema, value['record']) as HistoryRecord | undefined;
        return record && (matches?.(record) ?? true) ? record : undefined;
      };
      const how = { ...rest, isSparse: matches !== undefined };
      return newest(table, connection, historyRange(since), matching, how);
    },
  };
}

/** Splits a record into parts that each fit into an item. */
function inItems(record: HistoryRecord): readonly HistoryRecord[] {
  if (record.kind !== 'push') return [record];
  const parts = Math.ceil(record.rows.length / pushedInRecord);
  return Array.from({ length: parts }, (_, index): ActRecord => {
    const rows = record.rows.slice(index * pushedInRecord, (index + 1) * pushedInRecord);
    return { ...record, rows };
  });
}

function json(record: HistoryRecord): string {
  if (!('fields' in record)) return JSON.stringify(record);
  const form = ({ characters, fields }: (typeof changeLimits)[number]) =>
    JSON.stringify({
      ...record,
      fields: record.fields.slice(0, fields).map((field) => cappedChange(field, characters)),
    });
  return firstThatFits(changeLimits, form, jsonBytes, jsonMaximum);
}
