import { isOver } from '../../../plan/guard.ts';
import type { Plan } from '../../../plan/plan.types.ts';
import { renderPlan } from '../../../plan/text/render-text.ts';
import { usageError } from '../../errors/cli-error.ts';
import type { CommandContext } from '../../context.ts';
import { asSent } from './as-sent.ts';
import { titledPlans } from '../../plans/titled-plans.ts';

/** `confirmed` approves what was shown before the guard; `unasked` (`--yes`, or nothing to send) does not. */
export type Answer = 'confirmed' | 'unasked' | 'no' | 'interrupted';

/**
 * Shows the plans and asks whether to send them.
 *
 * @throws CliError where it cannot ask: not a terminal
 */
export async function agree(
  { output, options: { output: form }, next, ask, stop }: CommandContext,
  made: readonly Plan[],
  { yes = false, plan: file }: { readonly yes?: boolean; readonly plan?: string },
): Promise<Answer> {
  const plans = file === undefined ? made : made.map(asSent);
  if (form === 'text') output.result(titledPlans(plans, output.paint, next));
  else for (const plan of plans) output.note(renderPlan(plan, output.notePaint, next));
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
  if (yes || plans.every(({ digest }) => digest === '')) return 'unasked';
  const held = plans.some(({ guard }) => guard.held !== undefined);
  const more = held ? ', also what the guard holds' : '';
  const answer = await ask(`Send these changes${more}? Only 'yes' counts: `);
  if (stop.aborted) return interrupted();
  if (answer === undefined) {
    throw usageError(
      'cannot ask to confirm the plan: not a terminal',
      'say --yes, or apply a plan that was reviewed before: --plan FILE',
    );
  }
  if (answer.trim() === 'yes') return 'confirmed';
  output.note('Nothing was sent.');
  return 'no';

  function interrupted(): Answer {
    output.note('interrupted; nothing was sent');
    return 'interrupted';
  }
}
