/**
 * Next steps, the best first. The first one that does not name the failed command is shown, so the last one must not
 * name a command.
 */
export type Steps = string | readonly [string, ...string[]];

/** Shown if every step names the failed command. */
const lastStep = 'fix the problem above, and run it again';

/** @param command - the failed command; undefined if not known */
export function firstStep(steps: Steps, command: string | undefined): string {
  const all = typeof steps === 'string' ? [steps] : steps;
  return all.find((step) => !namesCommand(step, command)) ?? lastStep;
}

/** Whether a text contains `trueup COMMAND`. */
export function namesCommand(text: string, command: string | undefined): boolean {
  return command !== undefined && new RegExp(`\\btrueup ${command}(?![\\w-])`).test(text);
}
