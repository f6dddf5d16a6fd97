import { isChange, isReport } from '../core/kept-forms.ts';
import type { ChangeRecord } from '../core/ledger.types.ts';
import type { Ledger, PastFilter } from '../reconcile/ports/ledger.ts';
import type { Clock } from '../reconcile/ports/runtime.ts';
import { StoreError } from '../reconcile/ports/store-error.ts';
import { readJson, replaceFile } from './atomic-file.ts';
import { appendToLog, readLog } from './line-log.ts';
import type { StateFolder } from './state-folder.ts';

const life = 90 * 86_400_000;
/** As many servers as a report names. */
const detailsAtMost = 100;

/** The part of `Ledger` that keeps history: logs, a line for each record. It decides nothing: what cannot be read is left out. */
export function historyFiles(
  state: StateFolder,
  clock: Clock,
): Pick<Ledger, 'addChange' | 'addDeclared' | 'history' | 'putReport' | 'lastReport' | 'reports'> {
  const past = <T>(
    connection: string,
    log: string,
    filter: PastFilter,
    known: { readonly is: (record: unknown) => record is T; readonly at: (record: T) => string },
  ) =>
    state.read(connection, (files) => {
      const { since, limit } = filter;
      const from = since === undefined ? Number.NEGATIVE_INFINITY : Date.parse(since);
      const over = clock.now() - life;
      return readLog(files.path(log))
        .filter(known.is)
        .map((record) => ({ record, at: Date.parse(known.at(record)) }))
        .filter(({ at }) => at > over && at >= from)
        .toReversed()
        .toSorted((a, b) => b.at - a.at)
        .slice(0, limit)
        .map(({ record }) => record);
    });

  return {
    addChange: (connection, change) =>
      state.change(connection, (files) => {
        appendToLog(files.path('changes.jsonl'), change);
      }),

    addDeclared: (connection, id, contentHash, at) =>
      state.change(connection, (files) => {
        appendToLog(files.path('declared.jsonl'), { id, contentHash, at });
      }),

    history: (connection, filter = {}) => {
      const { server } = filter;
      const is = (record: unknown): record is ChangeRecord =>
        isChange(record) && (server === undefined || record.server === server);
      return past(connection, 'changes.jsonl', filter, { is, at: (change) => change.at });
    },

    putReport: (connection, report, didSomething) =>
      state.change(connection, (files) => {
        const kept = { ...report, details: report.details.slice(0, detailsAtMost) };
        if (didSomething) appendToLog(files.path('passes.jsonl'), kept);
        replaceFile(files.path('last-pass.json'), JSON.stringify(kept));
      }),

    lastReport: (connection) =>
      state.read(connection, (files) => {
        try {
          const report = readJson(files.path('last-pass.json'));
          return isReport(report) ? report : undefined;
        } catch (error) {
          if (error instanceof StoreError) return undefined;
          throw error;
        }
      }),

    reports: (connection, filter = {}) =>
      past(connection, 'passes.jsonl', filter, {
        is: isReport,
        at: (report) => report.startedAt,
      }),
  };
}
