import type { NextCommand } from '../../model/text/next-command.types.ts';

/** What the pages of a console are made with. */
export interface PageContext {
  /** In words: what makes passes. */
  readonly passes: string;
  readonly next: NextCommand;
  /** Whether there are functions to ask for a pass. */
  readonly hasQueue: boolean;
}
