import type { PassReport } from '../model/ledger.types.ts';
import type { Clock } from '../model/runtime.types.ts';
import { firstThatFits } from '../plan/shown-values.ts';
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
      const [found, readReport] = await Promise.all([
        table.get(connection, keys.lastPass),
        loadReportReader(),
      ]);
      return readReport(found?.value['report']);
    },
    reports: async (connection, { since, ...how } = {}) => {
      const readReport = await loadReportReader();
      const reportIn = ({ value }: Item) =>
        endOf(value['ttl']) > clock.now() ? readReport(value['report']) : undefined;
      return newest(table, connection, reportRange(since), reportIn, how);
    },
  };
}

/** Passes do not read reports: a function starts faster without the schema. */
async function loadReportReader(): Promise<(text: unknown) => PassReport | undefined> {
  const { reportSchema } = await import('../plan/text/report-schema.ts');
  return (text) => parsed(reportSchema, text) as PassReport | undefined;
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
