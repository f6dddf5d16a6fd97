import type { PassReport } from '../model/ledger.types.ts';
import type { Clock } from '../model/runtime.types.ts';
import { firstThatFits } from '../plan/shown-values.ts';
import { reportSchema } from '../plan/text/report-schema.ts';
import type { Item, Table } from '../table/table.ts';
import { endOf, keys, lives, reportRange, ttlAt } from './keys.ts';
import type { Ledger } from './ledger.types.ts';
import { newest } from './newest.ts';
import { jsonBytes, jsonMaximum, parsed } from './stored-json.ts';

/** Maximum number of servers in a report. The smaller limits are used if a report is too large. */
const detailLimits = [100, 25, 5, 0] as const;

/** The part of `Ledger` for reports. They are only for users: reports that cannot be read are left out. */
export function reports(
  table: Table,
  clock: Clock,
): Pick<Ledger, 'putReport' | 'lastReport' | 'reports'> {
  const reportIn = ({ value }: Item): PassReport | undefined =>
    endOf(value['ttl']) > clock.now()
      ? (parsed(reportSchema, value['report']) as PassReport | undefined)
      : undefined;

  return {
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
    reports: async (connection, { since, ...how } = {}) =>
      newest(table, connection, reportRange(since), reportIn, how),
  };
}

/** A key that sorts by time: the pass id if it begins with its time, otherwise with the time added in front. */
function passId({ pass, startedAt }: PassReport): string {
  return /^\d{8}T\d{9}Z/.test(pass) ? pass : `${startedAt.replaceAll(/[-:.]/g, '')}-${pass}`;
}

function reportJson(report: PassReport): string {
  const form = (limit: number) =>
    JSON.stringify({ ...report, details: report.details.slice(0, limit) });
  return firstThatFits(detailLimits, form, jsonBytes, jsonMaximum);
}
