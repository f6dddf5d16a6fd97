import type { ChangeRecord, PassReport } from '../core/ledger.types.ts';
import type { Ledger } from '../reconcile/ports/ledger.ts';
import { keys, lives, ttlAt } from './ledger-keys.ts';
import { cappedChange, firstThatFits } from './shown-values.ts';
import { timeOrderedIds } from './time-ordered-id.ts';
import type { Table } from './table.ts';

/** Longest shown value in history, in characters; the shorter ones are for changes that would be too large. */
const valueLimits = [4000, 400, 40] as const;
/** Bytes of JSON in one item. */
const maximum = 200_000;

const bytes = (json: string) => Buffer.byteLength(json);

/**
 * The part of `Ledger` that adds history, and reads the last of it: changes, applied declarations, reports. What was shown to people is stored as
 * JSON text, since DynamoDB's numbers and nesting are narrower than JSON's, and cut to stay well below 400 KB.
 */
export function historyItems(
  table: Table,
  ids: () => string,
): Pick<Ledger, 'addChange' | 'addDeclared' | 'putReport' | 'lastReport'> {
  const timeOrdered = timeOrderedIds(ids);
  return {
    addChange: async (connection, change) => {
      const at = Date.parse(change.at);
      const { server, fields: _fields, ...rest } = change;
      const item = keys.change(server, timeOrdered(at));
      await table.put(connection, item, {
        ...rest,
        ...fieldsOf(change),
        ttl: ttlAt(at, lives.change),
      });
    },
    addDeclared: async (connection, id, contentHash, at) => {
      const ttl = ttlAt(Date.parse(at), lives.declared);
      await table.put(connection, keys.declared(id, contentHash), { at, ttl });
    },
    putReport: async (connection, report, didSomething) => {
      const { startedAt, state, trigger, pass } = report;
      const values = {
        at: startedAt,
        pass,
        state,
        trigger,
        report: reportJson(report),
        ttl: ttlAt(Date.parse(startedAt), lives.pass),
      };
      const items = [...(didSomething ? [keys.pass(passId(report))] : []), keys.lastPass];
      const puts = items.map((item) => table.put(connection, item, values));
      await Promise.allSettled(puts);
      await Promise.all(puts);
    },
    lastReport: async (connection) => {
      const found = await table.get(connection, keys.lastPass);
      return reportOf(found?.value['report']);
    },
  };
}

/** A pass id that begins with its time sorts by it; another one gets the time in front. */
function passId({ pass, startedAt }: PassReport): string {
  return /^\d{8}T\d{9}Z/.test(pass) ? pass : `${startedAt.replaceAll(/[-:.]/g, '')}-${pass}`;
}

/** `fields` as JSON text; where a change has too many of them, the first ones and how many are left out. */
function fieldsOf({ fields }: ChangeRecord): { fields: string; omitted?: number } {
  const form = (limit: number) => JSON.stringify(fields.map((field) => cappedChange(field, limit)));
  const json = firstThatFits(valueLimits, form, bytes, maximum);
  if (bytes(json) <= maximum) return { fields: json };
  const kept: string[] = [];
  let size = 2;
  for (const field of fields) {
    const text = JSON.stringify(cappedChange(field, 0));
    size += bytes(text) + 1;
    if (size > maximum) break;
    kept.push(text);
  }
  return { fields: `[${kept.join(',')}]`, omitted: fields.length - kept.length };
}

/** What `reportJson` made. A report decides nothing by itself, so that one that cannot be read is as good as none. */
export async function reportOf(text: unknown): Promise<PassReport | undefined> {
  // Not at import: a pass writes reports, and hardly ever reads one.
  const { isReport } = await import('../core/kept-forms.ts');
  try {
    const report: unknown = typeof text === 'string' ? JSON.parse(text) : undefined;
    return isReport(report) ? report : undefined;
  } catch {
    return undefined;
  }
}

function reportJson(report: PassReport): string {
  const form = (limit: number) =>
    JSON.stringify({ ...report, details: report.details.slice(0, limit) });
  return firstThatFits([100, 25, 5, 0], form, bytes, maximum);
}
