import type { Plan } from '../../../plan/plan.types.ts';
import type { Preview } from '../../../pass/preview.ts';
import type { Selection } from '../../targets/select.ts';

/** The plan of one connection that was agreed to. */
export interface Agreed {
  readonly selection: Selection;
  /** As it was shown. */
  readonly plan: Plan;
  /** What it was made from. */
  readonly preview: Preview;
}
