import type { ActRecord, HistoryRecord } from '../model/history.types.ts';
import type { Clock } from '../model/runtime.types.ts';
import { cappedChange, firstThatFits } from '../plan/shown-values.ts';
import { historyRecordSchema } from '../plan/text/history-schema.ts';
import type { Item, Table } from '../table/table.ts';
import { endOf, historyRange, keys, lives, ttlAt } from './keys.ts';
import type { Ledger } from './ledger.types.ts';
import { newest } from './newest.ts';
import { jsonBytes, jsonMaximum, parsed } from './stored-json.ts';
import { timeOrderedIds } from './time-ordered-id.ts';

/** Characters of each shown value, and fields, of a change; the smaller ones are for changes that would be too large. */
const changeLimits = [
  { characters: 4000, fields: Number.POSITIVE_INFINITY },
  { characters: 400, fields: Number.POSITIVE_INFINITY },
  { characters: 40, fields: 500 },
  { characters: 40, fields: 50 },
  { characters: 0, fields: 5 },
  { characters: 0, fields: 0 },
] as const;
/** Rows in one record of a push: with the longest names they stay below an item's maximum. */
const pushedInRecord = 200;

/** Writes one record. It is the one place that does. */
export type Recorder = Ledger['record'];

/**
 * The part of `Ledger` that keeps history. A record is stored as JSON text, since DynamoDB's numbers and nesting are narrower
 * than JSON's, and cut to stay well below 400 KB. History decides nothing: what cannot be read is left out.
 *
 * What a person does is recorded before it is done: a process that dies in between leaves a record of what was asked for,
 * and never an act without one. What a pass sent is recorded after it: only then is it known.
 */
export function history(
  table: Table,
  clock: Clock,
  ids: () => string,
): Pick<Ledger, 'record' | 'history'> {
  const timeOrdered = timeOrderedIds(ids);

  const recordIn = ({ value }: Item): HistoryRecord | undefined =>
    endOf(value['ttl']) > clock.now()
      ? (parsed(historyRecordSchema, value['record']) as HistoryRecord | undefined)
      : undefined;

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
      const matching = (item: Item) => {
        const record = recordIn(item);
        return record && (matches?.(record) ?? true) ? record : undefined;
      };
      const how = { ...rest, isSparse: matches !== undefined };
      return newest(table, connection, historyRange(since), matching, how);
    },
  };
}

/** The parts of a record that each fit into an item. */
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
