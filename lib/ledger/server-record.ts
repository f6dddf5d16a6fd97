import { gunzipSync, gzipSync } from 'node:zlib';
import * as z from 'zod/mini';
import type { ServerRecord } from '../model/ledger.types.ts';
import { outcomes } from '../model/outcome.ts';
import { isTime } from '../model/time.ts';
import type { Item, ItemValue, Table } from '../table/table.ts';
import { malformed, placeOf } from './malformed.ts';

/** If the field maps are longer than this, in characters of JSON, they are stored compressed. */
const packAbove = 100_000;
/** Maximum size in bytes when compressed: about 5,000 declared leaves. */
const packedMaximum = 350_000;

const count = z.int().check(z.minimum(0));
const text = z.string();
const time = z.string().check(z.refine(isTime));
const fingerprint = z.object({ keyId: text, mac: text });
const reason = z.object({ code: text, message: text, pointer: z.optional(text) });
const wait = z.object({
  attempts: count,
  notBefore: time,
  since: z.optional(time),
  reason: z.optional(reason),
  key: text,
  credential: z.optional(text),
});
const exchange = z.object({ sent: fingerprint, answered: fingerprint });

/** A stored record, unpacked, without its id. */
export const recordSchema = z.object({
  rev: z.int().check(z.minimum(1)),
  account: z.optional(text),
  label: z.optional(text),
  outcome: z.enum(outcomes),
  since: time,
  reason: z.optional(reason),
  generation: z.optional(count),
  contentHash: z.optional(text),
  settled: z.optional(text),
  applied: z.record(
    text,
    z.object({ fingerprint, at: time, version: z.optional(text), source: z.optional(text) }),
  ),
  undecided: z.record(
    text,
    z.extend(exchange, { showed: z.enum(['old', 'other', 'form']), attempts: count }),
  ),
  normalised: z.record(text, exchange),
  intent: z.optional(z.object({ epoch: count, pointers: z.array(text), at: time })),
  retry: z.optional(z.extend(wait, { retryAfter: z.optional(time) })),
  stopped: z.optional(z.extend(wait, { outcome: z.enum(['failed', 'refused']) })),
  countedAt: z.optional(time),
  readAt: z.optional(time),
});

/** The value of a server's item; undefined if it is too large even when compressed. */
export function serverValue(record: ServerRecord): ItemValue | undefined {
  const { id: _id, rev: _rev, applied, undecided, normalised, intent, ...rest } = record;
  const fields = { applied, undecided, normalised, ...(intent && { intent }) };
  const json = JSON.stringify(fields);
  // Interfaces have no index signature; a record has only JSON values.
  const value = rest as unknown as ItemValue;
  if (json.length <= packAbove) return { ...value, ...(fields as unknown as ItemValue) };
  const packed = gzipSync(json);
  return packed.length > packedMaximum ? undefined : { ...value, packed };
}

/** @throws StoreError that names the item, if it does not have the form of `serverValue` */
export function serverRecord(
  table: Table,
  connection: string,
  id: string,
  item: Item,
): ServerRecord {
  const { key, rev, value, bytes } = item;
  const problem = (what: string) => malformed(table, connection, key, `${what} is not valid`);
  let fields: unknown;
  try {
    fields = bytes['packed'] && JSON.parse(gunzipSync(bytes['packed']).toString('utf8'));
  } catch {
    throw problem('packed');
  }
  const { success, data, error } = recordSchema.safeParse({ ...value, ...Object(fields), rev });
  if (!success) throw problem(placeOf(error));
  return { id, ...data } as ServerRecord;
}
