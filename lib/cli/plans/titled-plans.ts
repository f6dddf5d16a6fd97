import type { NextCommand } from '../../model/text/next-command.types.ts';
import type { Paint } from '../../model/text/paint.types.ts';
import type { Plan } from '../../plan/plan.types.ts';
import { plainText } from '../../model/text/plain-text.ts';
import { renderPlan } from '../../plan/text/render-text.ts';

/** Plans one after the other, with the connection as title if there are several. */
export function titledPlans(plans: readonly Plan[], paint: Paint, next: NextCommand): string {
  return plans
    .map((plan) => {
      const text = renderPlan(plan, paint, next);
      if (plans.length === 1) return text;
      return `== ${plainText(`${plan.connection} (${plan.provider})`)}\n\n${text}`;
    })
    .join('\n\n');
}
