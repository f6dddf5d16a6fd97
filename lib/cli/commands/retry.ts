import type { PassReport } from '../../model/ledger.types.ts';
import { askForRetry, endWaits, retryRequest } from '../../pass/acts/retry.ts';
import { reconcile } from '../../pass/reconcile.ts';
import { counted } from '../../plan/text/render-guard.ts';
import { renderReportsJson } from '../../plan/text/render-json.ts';
import { renderReport } from '../../plan/text/render-text.ts';
import { defineCommand } from '../command.ts';
import type { CommandContext } from '../context.ts';
import { CliError, usageError } from '../errors/cli-error.ts';
import { mostSevere } from '../errors/exit-codes.ts';
import { leasePatience } from '../lease-patience.ts';
import { lockTimeout } from '../option-values.ts';
import { findNamed } from '../targets/find-named.ts';
import { select, splitName } from '../targets/select.ts';
import type { Selection } from '../targets/select.ts';
import type { Target } from '../targets/target.ts';
import { findingsOfReport } from './apply/outcome-of.ts';

interface RetryOptions {
  readonly resend?: boolean;
  readonly lockTimeout: number;
}

export const retry = defineCommand<RetryOptions>({
  description:
    'Retries failed, refused and waiting servers at once, and ends the backoff of a connection. The pass is the same as on schedule, without a confirmation: modes, pauses, the guard and a Retry-After of the gateway apply. With --stack the deployed functions run the pass; with --file this command does.',
  examples: [
    {
      line: 'trueup retry acme-prod/salesforce-prod --stack trueup-prod',
      does: 'one server, after its account got the permission back',
    },
    {
      line: 'trueup retry acme-prod',
      does: 'a whole connection of trueup.yaml, from this machine',
    },
  ],
  configure: (command) => {
    command
      .argument('[name]', 'CONNECTION, or CONNECTION/SERVER by label or id. Defaults to all')
      .option('--resend', 'resends fields that cannot be read; for one server only')
      .addOption(lockTimeout());
  },
  run: async (context, [name], options) => {
    if (options.resend === true && (name === undefined || splitName(name).server === undefined)) {
      throw usageError('--resend needs one server', 'name it as CONNECTION/SERVER');
    }
    const target = await context.target();
    const patience = leasePatience(options.lockTimeout, target.deps.clock, context);
    const reports: PassReport[] = [];
    for (const selection of await selectNamed(target, name)) {
      // oxlint-disable-next-line no-await-in-loop -- one lease at a time
      const report = await retryOne(context, target, selection, patience, options.resend);
      if (report) reports.push(report);
    }
    const { output, next, stop } = context;
    if (context.options.output === 'json') output.result(renderReportsJson(reports));
    else for (const report of reports) output.result(renderReport(report, output.paint, next));
    return mostSevere(reports.flatMap((report) => findingsOfReport(report, stop.aborted)));
  },
});

async function selectNamed(target: Target, name?: string): Promise<readonly Selection[]> {
  if (name === undefined) return select(target, []);
  const named = await findNamed(target, name);
  return named.map(({ connection, id }) => ({
    connection,
    ...(id !== undefined && { servers: [id] }),
  }));
}

/** @returns the report of the pass, unless another process runs it */
async function retryOne(
  { output, stop }: CommandContext,
  { deps, serve, caller }: Target,
  { connection, servers }: Selection,
  patience: ReturnType<typeof leasePatience>,
  resend = false,
): Promise<PassReport | undefined> {
  const asked = { connection, servers, by: await caller(), resend };
  const noted = await endWaits(asked, patience(connection), deps);
  if (noted.kind === 'locked') {
    throw new CliError(
      'locked',
      `${connection}: ${noted.owner} still holds the lease`,
      'try again later, or wait longer: --lock-timeout 10m',
    );
  }
  const { due } = noted;
  const what =
    due === 0
      ? 'no server has failed or waits'
      : `retrying ${counted(due, 'failed or waiting server')}`;
  output.say(`${connection}: ${what}.`);
  // If this process runs the queue's function, no other process would receive the message.
  if (!serve && (await askForRetry(asked, deps))) {
    output.say(
      `Requested a pass from the functions; \`trueup status ${connection}\` shows the result.`,
    );
    return undefined;
  }
  const result = await reconcile(retryRequest(asked, stop), deps);
  if (result.kind === 'done') return result.report;
  output.say(`${connection}: another process reconciles it, and makes the pass.`);
  return undefined;
}
