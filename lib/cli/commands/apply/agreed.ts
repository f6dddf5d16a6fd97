import type { Plan } from '../../../plan/plan.types.ts';
import type { Preview } from '../../../pass/preview.ts';
import type { Selection } from '../../targets/select.ts';

/** The confirmed plan of one connection. */
export interface Agreed {
  readonly selection: Selection;
  /** The plan as it was shown. */
  readonly plan: Plan;
  /** The preview that it was made from. */
  readonly preview: Preview;
}
