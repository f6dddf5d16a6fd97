import { Option } from 'commander';
import type { PassReport } from '../../core/ledger.types.ts';
import { renderReportsJson } from '../../core/render-json.ts';
import { renderReport } from '../../core/render-text.ts';
import { noQueueCode } from '../../reconcile/ports/work-queue.ts';
import { StoreError } from '../../reconcile/ports/store-error.ts';
import { usageError } from '../cli-error.ts';
import { defineCommand } from '../command.ts';
import { exitCodes, gravest } from '../exit-codes.ts';
import type { ExitCode } from '../exit-codes.ts';
import { mapLimited } from '../map-limited.ts';
import { milliseconds } from '../option-values.ts';
import { interrupted } from '../plan/make-plans.ts';
import { askAndFollow } from '../reconcile/ask-and-follow.ts';
import { select } from '../select.ts';

const atOnce = 8;
const everyMs = 2000;

export const reconcileCommand = defineCommand<{ timeout: number }>({
  description:
    'Asks the deployed functions for a pass now, and waits for its report. They do what they would do on schedule: modes, pauses and the guard stand.',
  examples: [
    { line: 'trueup reconcile --stack trueup-prod', does: 'all connections, after a push' },
    {
      line: 'trueup reconcile acme-barndoor --stack trueup-prod --timeout 15m --output json',
      does: 'one connection, with its report as data',
    },
  ],
  configure: (command) => {
    command
      .argument('[connection...]', 'connections; all without one')
      .addOption(
        new Option('--timeout <time>', 'how long to wait for each report')
          .argParser(milliseconds)
          .default(300_000, '5m'),
      );
  },
  run: async (context, operands, { timeout: timeoutMs }) => {
    const { output, options, stop } = context;
    const target = await context.target();
    const selections = await select(target, operands);
    const follow = { stop, timeoutMs, everyMs };
    const found = await mapLimited(selections, atOnce, stop, async ({ connection }) => ({
      connection,
      report: await askAndFollow(connection, target.deps, follow).catch(explainNoQueue),
    }));
    if (!found) throw interrupted();
    const reports = found.flatMap(({ report }) => report ?? []);
    if (options.output === 'json') output.result(renderReportsJson(reports));
    else for (const report of reports) output.result(renderReport(report, output.paint));
    for (const { connection } of found.filter(({ report }) => !report)) {
      output.note(output.notePaint(`error: ${connection}: no report in time`, 'error'));
      output.note('next: `trueup status` shows who is at it; or wait longer: --timeout 15m');
    }
    return gravest(found.map(({ report }) => exitCodeOf(report)));
  },
});

function explainNoQueue(error: unknown): never {
  if (!(error instanceof StoreError) || error.code !== noQueueCode) throw error;
  throw usageError(
    'there are no deployed functions to ask: the target has no queue',
    'name the stack (--stack NAME), or reconcile from here: `trueup apply`',
  );
}

function exitCodeOf(report: PassReport | undefined): ExitCode {
  if (!report || report.state !== 'ok') return exitCodes.failed;
  const { failed, refused, invalid, missing, unreached, waiting, held } = report.counts;
  if (failed + refused + invalid + missing + unreached + waiting > 0) return exitCodes.failed;
  return held > 0 ? exitCodes.held : exitCodes.ok;
}
