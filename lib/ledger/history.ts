import * as z from 'zod/mini';
import type { ChangeRecord, PassReport } from '../model/ledger.types.ts';
import { causes, triggers } from '../model/outcome.ts';
import { shownSchema } from '../plan/text/plan-schema.ts';
import { reportSchema } from '../plan/text/report-schema.ts';
import { isTime } from '../model/time.ts';
import type { Ledger, PastFilter } from './ledger.types.ts';
import type { Clock } from '../model/runtime.types.ts';
import type { Item, Table } from '../table/table.ts';
import { endOf, keys, lives, ttlAt } from './keys.ts';
import { cappedChange, firstThatFits } from '../plan/shown-values.ts';
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
/** Servers that a report names; the smaller numbers are for reports that would be too large. */
const detailLimits = [100, 25, 5, 0] as const;
/** Bytes of JSON in one item. */
const maximum = 200_000;

const bytes = (json: string) => Buffer.byteLength(json);

/** How a change is stored. */
export const changeSchema = z.object({
  server: z.string(),
  label: z.optional(z.string()),
  at: z.string().check(z.refine(isTime)),
  pass: z.string(),
  trigger: z.enum(triggers),
  fields: z.array(
    z.object({
      pointer: z.string(),
      cause: z.enum(causes),
      before: shownSchema,
      after: shownSchema,
    }),
  ),
});

/**
 * The part of `Ledger` that keeps history: changes, applied declarations, reports. Each is stored as JSON text, since
 * DynamoDB's numbers and nesting are narrower than JSON's, and cut to stay well below 400 KB. History decides nothing:
 * what cannot be read is left out.
 */
export function history(
  table: Table,
  clock: Clock,
  ids: () => string,
): Pick<Ledger, 'addChange' | 'addDeclared' | 'history' | 'putReport' | 'lastReport' | 'reports'> {
  const timeOrdered = timeOrderedIds(ids);

  async function past<T>(
    connection: string,
    prefix: string,
    filter: PastFilter,
    read: (item: Item) => readonly { readonly record: T; readonly at: string }[],
  ): Promise<readonly T[]> {
    const { since, limit } = filter;
    const now = clock.now();
    const from = since === undefined ? Number.NEGATIVE_INFINITY : Date.parse(since);
    return (await table.query(connection, { prefix }))
      .filter(({ value }) => endOf(value['ttl']) > now)
      .toSorted(newestFirst)
      .flatMap(read)
      .filter(({ at }) => Date.parse(at) >= from)
      .slice(0, limit)
      .map(({ record }) => record);
  }

  return {
    addChange: async (connection, change) => {
      const at = Date.parse(change.at);
      const key = keys.change(change.server, timeOrdered(at));
      await table.put(connection, key, {
        change: changeJson(change),
        ttl: ttlAt(at, lives.change),
      });
    },
    addDeclared: async (connection, id, contentHash, at) => {
      const ttl = ttlAt(Date.parse(at), lives.declared);
      await table.put(connection, keys.declared(id, contentHash), { at, ttl });
    },
    history: (connection, filter = {}) => {
      const { server } = filter;
      const prefix = server === undefined ? keys.changes : keys.changesOf(server);
      return past(connection, prefix, filter, ({ value }) => {
        const record = parsed(changeSchema, value['change']) as ChangeRecord | undefined;
        if (!record || (server !== undefined && record.server !== server)) return [];
        return [{ record, at: record.at }];
      });
    },
    putReport: async (connection, report, didSomething) => {
      const ttl = ttlAt(Date.parse(report.startedAt), lives.pass);
      const value = { report: reportJson(report), ttl };
      const written = [...(didSomething ? [keys.pass(passId(report))] : []), keys.lastPass];
      const puts = written.map((key) => table.put(connection, key, value));
      await Promise.allSettled(puts);
      await Promise.all(puts);
    },
    lastReport: async (connection) => {
      const found = await table.get(connection, keys.lastPass);
      return parsed(reportSchema, found?.value['report']) as PassReport | undefined;
    },
    reports: (connection, filter = {}) =>
      past(connection, keys.passes, filter, ({ key, value }) => {
        if (key === keys.lastPass) return [];
        const record = parsed(reportSchema, value['report']) as PassReport | undefined;
        return record ? [{ record, at: record.startedAt }] : [];
      }),
  };
}

/** By the time-ordered id at the end of their keys. */
function newestFirst(a: Item, b: Item): number {
  const [one, two] = [a, b].map(({ key }) => key.slice(key.lastIndexOf('#')));
  return String(one) > String(two) ? -1 : 1;
}

/** A pass id that begins with its time sorts by it; another one gets the time in front. */
function passId({ pass, startedAt }: PassReport): string {
  return /^\d{8}T\d{9}Z/.test(pass) ? pass : `${startedAt.replaceAll(/[-:.]/g, '')}-${pass}`;
}

/** What was stored as JSON text, less members that are not known; undefined if it is not of the schema. */
function parsed(schema: z.ZodMiniType, text: unknown): unknown {
  try {
    return typeof text === 'string' ? schema.safeParse(JSON.parse(text)).data : undefined;
  } catch {
    return undefined;
  }
}

function changeJson(change: ChangeRecord): string {
  const form = ({ characters, fields }: (typeof changeLimits)[number]) =>
    JSON.stringify({
      ...change,
      fields: change.fields.slice(0, fields).map((field) => cappedChange(field, characters)),
    });
  return firstThatFits(changeLimits, form, bytes, maximum);
}

function reportJson(report: PassReport): string {
  const form = (limit: number) =>
    JSON.stringify({ ...report, details: report.details.slice(0, limit) });
  return firstThatFits(detailLimits, form, bytes, maximum);
}
