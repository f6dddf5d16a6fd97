import type { Plan } from '../../plan/plan.types.ts';
import type { PlanDocument } from '../../plan/text/plan-schema.ts';
import { renderPlanDocument } from '../../plan/text/render-json.ts';
import { renderPlansMarkdown } from '../../plan/text/render-markdown.ts';
import { isVendorError, vendorProblem } from '../../model/errors/vendor-error.ts';
import { withReported } from '../../pass/preview.ts';
import { plainText } from '../../model/text/plain-text.ts';
import { defineCommand } from '../command.ts';
import type { CommandContext } from '../context.ts';
import { exitCodes, mostSevere } from '../errors/exit-codes.ts';
import type { ExitCode } from '../errors/exit-codes.ts';
import { makePlans } from '../plans/make-plans.ts';
import type { Planned } from '../../pass/previews.ts';
import { titledPlans } from '../plans/titled-plans.ts';
import { showFailures } from '../plans/show-failures.ts';
import { writePlans } from '../plans/plan-document.ts';
import { nameOperand, select } from '../targets/select.ts';

interface PlanOptions {
  readonly detailedExitcode?: boolean;
  readonly out?: string;
  /** For `apply --dry-run`: whether servers in mode `report` are included. */
  readonly includeReport?: boolean | undefined;
}

export const plan = defineCommand<PlanOptions>({
  description:
    'Shows what a pass would do and why, field by field. Changes nothing, neither at the gateway nor in the ledger.',
  examples: [
    {
      line: 'trueup plan acme-prod/salesforce-prod --stack trueup-prod',
      does: 'one server of a deployed stack',
    },
    {
      line: 'trueup plan -o markdown --detailed-exitcode',
      does: 'for a pull request; exits with 2 if something would change',
    },
  ],
  markdown: true,
  configure: (command) => {
    command
      .argument('[name...]', nameOperand)
      .option('--detailed-exitcode', 'exits with 2 if something would change, 4 if held')
      .option('--out <path>', 'also writes the plan as data, for `trueup apply --plan`');
  },
  run: async (context, operands, { detailedExitcode = false, out, includeReport = false }) => {
    const target = await context.target();
    const selections = await select(target, operands);
    const planned = await makePlans(target.deps, selections, {
      ...(includeReport && { attended: () => withReported }),
      stop: context.stop,
      output: context.output,
    });
    const plans = planned.flatMap((one) => ('plan' in one ? [one.plan] : []));
    const document = documentOf(plans, planned);
    if (out !== undefined) await writePlans(context.cwd, out, document, await target.deps.keys());
    show(context, document);
    showFailures(context, planned);
    return exitCodeOf(planned, detailedExitcode);
  },
});

function documentOf(plans: readonly Plan[], planned: readonly Planned[]): PlanDocument {
  const failures = planned.flatMap((one) =>
    'error' in one
      ? [
          {
            connection: one.selection.connection,
            code: one.error.code,
            message: isVendorError(one.error)
              ? vendorProblem(one.error)
              : plainText(one.error.message),
            ...one.failing,
          },
        ]
      : [],
  );
  return { version: 1, plans, ...(failures.length > 0 && { failures }) };
}

function show({ next, options, output }: CommandContext, document: PlanDocument): void {
  const { plans } = document;
  switch (options.output) {
    case 'json':
      output.result(renderPlanDocument(document));
      break;
    case 'markdown':
      output.result(renderPlansMarkdown(plans, next));
      break;
    case 'text':
      if (plans.length > 0) output.result(titledPlans(plans, output.paint, next));
      break;
  }
}

function exitCodeOf(planned: readonly Planned[], detailed: boolean): ExitCode {
  return mostSevere(
    planned.flatMap((one): readonly ExitCode[] => {
      if ('error' in one) return [exitCodes.failed];
      if (!detailed) return [];
      return [
        ...(one.plan.digest === '' ? [] : [exitCodes.changes]),
        ...(one.plan.guard.held === undefined ? [] : [exitCodes.held]),
      ];
    }),
  );
}
