/**
 * What to do next, the best step first. The first that does not name the command that has just failed is shown, so the last
 * names none.
 */
export type Steps = string | readonly [string, ...string[]];

/** What is left where each step names the command that failed. */
const lastStep = 'correct what the message says, and run it again';

/** @param command - the one that failed; none where that is not known */
export function firstStep(steps: Steps, command: string | undefined): string {
  const all = typeof steps === 'string' ? [steps] : steps;
  return all.find((step) => !namesCommand(step, command)) ?? lastStep;
}

/** Whether a text has `trueup COMMAND` in it. */
export function namesCommand(text: string, command: string | undefined): boolean {
  return command !== undefined && new RegExp(`\\btrueup ${command}(?![\\w-])`).test(text);
}
