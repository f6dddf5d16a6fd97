import { Option } from 'commander';
import type { PassReport } from '../../../model/ledger.types.ts';
import { renderReportsJson } from '../../../plan/text/render-json.ts';
import { renderReport } from '../../../plan/text/render-text.ts';
import { noQueueCode } from '../../../work/queue.ts';
import { StoreError } from '../../../model/errors/store-error.ts';
import { usageError } from '../../errors/cli-error.ts';
import { defineCommand } from '../../command.ts';
import type { CommandContext } from '../../context.ts';
import { exitCodes, findingsOf, mostSevere } from '../../errors/exit-codes.ts';
import type { Finding } from '../../errors/exit-codes.ts';
import { mapLimited } from '../../../pass/limited.ts';
import { milliseconds } from '../../option-values.ts';
import { askAndFollow } from './ask-and-follow.ts';
import { showWaiting } from './show-waiting.ts';
import { selectConnections } from '../../targets/select.ts';
import type { Target } from '../../targets/target.ts';

/** Connections that are processed concurrently; the limit that matters is the functions' concurrency. */
const atOnce = 64;
/** With more connections, reports are read less often. */
const fewConnections = 8;

export const reconcileCommand = defineCommand<{ timeout: number }>({
  description:
    'Requests a pass from the deployed functions, and waits for its report. The pass is the same as on schedule: modes, pauses and the guard apply. With --local the functions run in this process.',
  examples: [
    { line: 'trueup reconcile --stack trueup-prod', does: 'all connections, after a push' },
    {
      line: 'trueup reconcile acme-prod --stack trueup-prod --timeout 15m -o json',
      does: 'one connection, with its report as data',
    },
  ],
  configure: (command) => {
    command
      .argument('[connection...]', 'connections. Defaults to all')
      .addOption(
        new Option('--timeout <time>', 'how long to wait for each report')
          .argParser(milliseconds)
          .default(300_000, '5m'),
      );
  },
  run: async (context, operands, { timeout: timeoutMs }) => {
    const { output, stop } = context;
    const target = await context.target();
    const names = await selectConnections(target, operands);
    const served = new AbortController();
    const serving = target.serve?.(served.signal);
    try {
      const reports = await ask(context, target, names, timeoutMs);
      output.progress('');
      tell(context, names, reports);
      if (stop.aborted) return exitCodes.interrupted;
      return mostSevere(names.flatMap((connection) => findingsIn(reports.get(connection))));
    } finally {
      served.abort();
      await serving;
    }
  },
});

/** Reports by connection. */
type Reports = ReadonlyMap<string, PassReport>;

async function ask(
  { output, stop }: CommandContext,
  { deps, caller }: Target,
  names: readonly string[],
  timeoutMs: number,
): Promise<Reports> {
  const waiting = showWaiting(names, output, () => deps.clock.now());
  const everyMs = names.length > fewConnections ? 2000 : 500;
  const reports = new Map<string, PassReport>();
  const by = await caller();
  await mapLimited(names, atOnce, stop, async (connection) => {
    const looked = (holder: string | undefined) => waiting.looked(connection, holder);
    const follow = { by, stop, timeoutMs, everyMs, looked, asked: waiting.asked };
    const report = await askAndFollow(connection, deps, follow).catch(explainNoQueue);
    if (report) reports.set(connection, report);
    waiting.reported(connection);
  });
  return reports;
}

function tell(
  { output, options, next, stop }: CommandContext,
  names: readonly string[],
  reports: Reports,
): void {
  const { paint, result, say } = output;
  const lacking = names.filter((connection) => !reports.has(connection));
  const inOrder = names.flatMap((connection) => reports.get(connection) ?? []);
  if (options.output === 'json') result(renderReportsJson(inOrder));
  else for (const report of inOrder) result(renderReport(report, paint, next));
  if (stop.aborted) {
    say('interrupted; the functions continue, and `trueup status` shows the result');
    return;
  }
  for (const connection of lacking) {
    say(`error: ${connection}: no report in time`, 'error');
  }
  if (lacking.length > 0) {
    say(wait);
  }
}

const wait =
  'next: `trueup status` shows which process reconciles it; if no process does, the stack output TrueupCommandLogsQueued has the command that shows the log; or wait longer: --timeout 15m';

function explainNoQueue(error: unknown): never {
  if (!(error instanceof StoreError) || error.code !== noQueueCode) throw error;
  throw usageError(
    'there are no deployed functions: the target has no queue',
    'pass --stack NAME, or use `trueup apply` to reconcile from this machine',
  );
}

function findingsIn(report: PassReport | undefined): readonly Finding[] {
  return report?.state === 'ok' ? findingsOf(report.counts) : [exitCodes.failed];
}
