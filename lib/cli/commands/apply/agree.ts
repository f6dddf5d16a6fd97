import { isOver } from '../../../plan/guard.ts';
import { changesToSend } from '../../../pass/send-agreed.ts';
import type { Plan } from '../../../plan/plan.types.ts';
import { counted } from '../../../plan/text/render-guard.ts';
import { renderPlan } from '../../../plan/text/render-text.ts';
import { usageError } from '../../errors/cli-error.ts';
import type { CommandContext } from '../../context.ts';
import { asSent } from './as-sent.ts';
import { titledPlans } from '../../plans/titled-plans.ts';

/** `confirmed` also approves the shown changes for the guard; `unasked` (`--yes`, or nothing to send) does not. */
export type Answer = 'confirmed' | 'unasked' | 'no' | 'interrupted';

/**
 * Shows the plans and asks whether to send them.
 *
 * @throws CliError if it cannot ask because this is not a terminal
 */
export async function agree(
  { output, options: { output: form }, next, ask, stop }: CommandContext,
  made: readonly Plan[],
  { yes = false, plan: file }: { readonly yes?: boolean; readonly plan?: string },
): Promise<Answer> {
  const plans = file === undefined ? made : made.map(asSent);
  if (form === 'text') {
    if (plans.length > 0) output.result(titledPlans(plans, output.paint, next));
  } else for (const plan of plans) output.note(renderPlan(plan, output.notePaint, next));
  if (stop.aborted) return interrupted();
  if (file !== undefined) {
    for (const [index, { connection, guard }] of plans.entries()) {
      const before = made[index]?.guard;
      const over = guard.active && isOver(guard);
      const adds = guard.changing > (before?.changing ?? 0);
      if (before?.held === undefined && !(over && adds)) continue;
      output.say(`warning: ${connection}: more than the guard's limit; --plan approves it`, 'warn');
    }
    return 'confirmed';
  }
  if (yes) {
    noteReported();
    return 'unasked';
  }
  if (plans.every((plan) => changesToSend(plan, true).size === 0)) return 'unasked';
  const answer = await ask(question(plans));
  if (stop.aborted) return interrupted();
  if (answer === undefined) {
    throw usageError(
      'Confirmation required, but this is not a terminal',
      'pass --yes, or apply a reviewed plan with --plan FILE',
    );
  }
  if (answer.trim() === 'yes') return 'confirmed';
  output.note('Nothing was sent.');
  return 'no';

  function interrupted(): Answer {
    output.note('interrupted; nothing was sent');
    return 'interrupted';
  }

  function noteReported(): void {
    const reported = plans.reduce((sum, { counts }) => sum + counts.reported, 0);
    if (reported === 0) return;
    output.note(
      `${counted(reported, 'server')} in mode report not sent; --include-report sends them too`,
    );
  }
}

/** Adds what a confirmed apply sends and an unattended pass would not. */
function question(plans: readonly Plan[]): string {
  const sent = plans.flatMap((plan) => {
    const toSend = changesToSend(plan, true);
    return plan.changes.filter(({ id }) => toSend.has(id));
  });
  const reported = sent.filter(({ mode }) => mode === 'report').length;
  const also = [
    ...(reported > 0 ? [`${reported} of ${counted(sent.length, 'server')} in mode report`] : []),
    ...(sent.some(({ outcome }) => outcome === 'held') ? ['changes that the guard holds'] : []),
  ];
  const more = also.length > 0 ? `This also applies ${also.join(', and ')}.\n` : '';
  return `${more}Apply these changes? Type 'yes' to confirm: `;
}
