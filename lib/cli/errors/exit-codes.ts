/**
 * What `trueup` exits with, for scripts.
 *
 * | code | meaning |
 * |------|---------|
 * | 0    | all is well; with `--detailed-exitcode`: and nothing would change |
 * | 1    | an error, or a part of it failed |
 * | 2    | something would change, with `--detailed-exitcode` only |
 * | 3    | the command line or a declaration is not valid |
 * | 4    | the guard holds something |
 * | 130  | interrupted (Ctrl-C) |
 */
export const exitCodes = {
  ok: 0,
  failed: 1,
  changes: 2,
  invalid: 3,
  held: 4,
  interrupted: 130,
} as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** What to hear first, of several connections or findings. */
const gravity: readonly ExitCode[] = [
  exitCodes.interrupted,
  exitCodes.invalid,
  exitCodes.failed,
  exitCodes.held,
  exitCodes.changes,
];

/** The most severe of several; 0 if there are no codes. */
export function gravest(codes: Iterable<ExitCode>): ExitCode {
  const all = new Set(codes);
  return gravity.find((code) => all.has(code)) ?? exitCodes.ok;
}
