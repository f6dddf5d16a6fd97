import { defineCommand } from '../../command.ts';
import type { CommandContext } from '../../context.ts';
import { exitCodes, mostSevere } from '../../errors/exit-codes.ts';
import type { ExitCode } from '../../errors/exit-codes.ts';
import { agree } from './agree.ts';
import { findingsOfSent } from './outcome-of.ts';
import { takePrecautions } from './precautions.ts';
import { send } from './send.ts';
import type { Agreed } from './agreed.ts';
import { showSent } from './show-sent.ts';
import { renewed } from './stale.ts';
import { usageError } from '../../errors/cli-error.ts';
import { leasePatience } from '../../lease-patience.ts';
import type { Patience } from '../../lease-patience.ts';
import { lockTimeout } from '../../option-values.ts';
import { makePlans } from '../../plans/make-plans.ts';
import { plan as planCommand } from '../plan.ts';
import { wrap } from '../../../model/text/wrap.ts';
import { readPlans } from '../../plans/plan-document.ts';
import { showFailures } from '../../plans/show-failures.ts';
import { nameOperand, select, splitName } from '../../targets/select.ts';
import type { Selection } from '../../targets/select.ts';
import type { Target } from '../../targets/target.ts';

interface ApplyOptions {
  readonly yes?: boolean;
  readonly plan?: string;
  readonly dryRun?: boolean;
  readonly lockTimeout: number;
  readonly adopt?: boolean;
  readonly includeReport?: boolean;
}

export const apply = defineCommand<ApplyOptions>({
  description:
    'Shows the plan, asks for confirmation, plans again under the lease, and applies the changes that are in both plans; it lists the others. A plan that you confirm, or saved before, also updates servers in mode report; --yes does not. If there is nothing to update, it ends after the plan.',
  examples: [
    {
      line: 'trueup apply acme-prod --stack trueup-prod',
      does: 'one connection of a deployed stack, with a confirmation',
    },
    {
      line: 'trueup plan --out plan.json && trueup apply --plan plan.json',
      does: 'exactly the saved plan, without a confirmation',
    },
  ],
  configure: (command) => {
    command
      .argument('[name...]', nameOperand)
      .option(
        '-y, --yes',
        'skips the confirmation; does not update servers in mode report, or held changes',
      )
      .option('--include-report', 'with --yes, also updates servers in mode report')
      .option('--dry-run', 'changes nothing; the same as `trueup plan`')
      .option(
        '--plan <path>',
        'applies the plan that `trueup plan --out` wrote, and approves its changes',
      )
      .addOption(lockTimeout())
      .option('--adopt', 'in CI, sends all secrets although there is no ledger yet');
  },
  run: async (context, operands, options) => {
    if (options.dryRun) return planOnly(context, operands, options);
    const { output, settings, stop } = context;
    const target = await context.target();
    const patience = leasePatience(options.lockTimeout, target.deps.clock, context);
    const { agreed, failed } = await toAgree(context, target, operands, options, patience);
    const plans = agreed.map(({ plan }) => plan);
    const refuseAdoption = settings.ci && target.kind === 'files' && options.adopt !== true;
    const warnings = takePrecautions(agreed, await target.deps.keys(), refuseAdoption);
    for (const warning of warnings) output.say(`warning: ${warning}`, 'warn');
    const answer = await agree(context, plans, options);
    if (answer === 'no') return exitCodes.failed;
    if (answer === 'interrupted') return exitCodes.interrupted;
    const sent = await send(agreed, {
      deps: target.deps,
      output,
      stop,
      approved: answer === 'confirmed',
      by: await target.caller(),
      includeReport: includesReport(options),
      patience,
    });
    showSent(context, sent);
    return mostSevere([
      ...failed,
      ...sent.flatMap((one) => findingsOfSent(one, stop.aborted, options.plan !== undefined)),
    ]);
  },
});

async function planOnly(
  context: CommandContext,
  operands: readonly string[],
  { plan: file, includeReport }: ApplyOptions,
): Promise<ExitCode> {
  if (file === undefined) return planCommand.run(context, operands, { includeReport });
  throw usageError(
    '--dry-run and --plan cannot be combined',
    'omit --plan: `trueup plan` shows the current plan',
  );
}

/** A user who confirms or saved the plan has seen the changes of servers in mode `report`. */
function includesReport({ yes = false, plan, includeReport = false }: ApplyOptions): boolean {
  return !yes || plan !== undefined || includeReport;
}

interface ToAgree {
  readonly agreed: readonly Agreed[];
  /** Exit codes of connections that could not be planned. */
  readonly failed: readonly ExitCode[];
}

async function toAgree(
  context: CommandContext,
  target: Target,
  operands: readonly string[],
  options: ApplyOptions,
  patience: Patience,
): Promise<ToAgree> {
  const { plan: file } = options;
  if (file !== undefined) {
    if (operands.some((name) => splitName(name).server !== undefined)) {
      throw usageError(
        '--plan applies the whole plan, so a server cannot be named',
        'plan again for the server (`trueup plan CONNECTION/SERVER --out FILE`), and apply that',
      );
    }
    return ofFile(context, target, operands, file, patience);
  }
  const selections = await select(target, operands);
  return planNow(context, target, selections, includesReport(options), patience);
}

async function planNow(
  context: CommandContext,
  target: Target,
  selections: readonly Selection[],
  includeReport: boolean,
  patience: Patience,
): Promise<ToAgree> {
  const shown = new Set<string>();
  const planned = await makePlans(target.deps, selections, {
    attended: (connection) => ({ shown, approved: false, includeReport, ...patience(connection) }),
    stop: context.stop,
    output: context.output,
  });
  showFailures(context, planned);
  return {
    agreed: planned.flatMap((one) => ('plan' in one ? [one] : [])),
    failed: planned.flatMap((one) => ('error' in one ? [exitCodes.failed] : [])),
  };
}

async function ofFile(
  context: CommandContext,
  target: Target,
  operands: readonly string[],
  file: string,
  patience: Patience,
): Promise<ToAgree> {
  const plans = await readPlans(context.cwd, file, await target.deps.keys());
  const named = new Set(operands);
  const chosen = plans.filter(({ connection }) => named.size === 0 || named.has(connection));
  if (chosen.length === 0) {
    throw usageError(
      `${file} has no plan of ${operands.join(', ') || 'any connection'}`,
      'plan again',
    );
  }
  // A plan of another stack or of other files cannot be applied here.
  const selections = await select(
    target,
    chosen.map(({ connection }) => connection),
  );
  const { agreed, failed } = await planNow(context, target, selections, true, patience);
  const { output } = context;
  const fitting = agreed.flatMap((one) => {
    const saved = chosen.find(({ connection }) => connection === one.plan.connection);
    return saved ? [{ ...one, ...renewed(saved, one.plan) }] : [];
  });
  const stale = fitting.flatMap((one) => one.stale);
  if (stale.length > 0)
    output.say(`error: ${file} is stale and was not sent. What changed:`, 'error');
  const { columns } = output.notePaint;
  for (const line of stale) output.note(wrap(line, '      ', '  ', columns).join('\n'));
  if (stale.length > 0) output.say('next: `trueup plan --out FILE` writes the current plan');
  return {
    agreed: fitting.map(({ selection, plan, preview }) => ({ selection, plan, preview })),
    failed: stale.length > 0 ? [...failed, exitCodes.failed] : failed,
  };
}
