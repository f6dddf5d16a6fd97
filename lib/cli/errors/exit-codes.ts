import type { OutcomeCounts } from '../../model/outcome.ts';

/**
 * The exit codes of `trueup`.
 *
 * | code | meaning |
 * |------|---------|
 * | 0    | success; with `--detailed-exitcode`: nothing would change |
 * | 1    | an error or a partial failure |
 * | 2    | something would change, with `--detailed-exitcode` only |
 * | 3    | the command line or a declaration is not valid |
 * | 4    | the guard holds something; no other failures except missing servers |
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

/** An exit code, or that servers are missing, which is an error that is less severe than held changes. */
export type Finding = ExitCode | 'missing';

/** Findings, the most severe first. */
const bySeverity: readonly Finding[] = [
  exitCodes.interrupted,
  exitCodes.invalid,
  exitCodes.failed,
  exitCodes.held,
  'missing',
  exitCodes.changes,
];

/** The most severe of several; 0 if there are no codes. */
export function mostSevere(findings: Iterable<Finding>): ExitCode {
  const all = new Set(findings);
  const first = bySeverity.find((one) => all.has(one)) ?? exitCodes.ok;
  return first === 'missing' ? exitCodes.failed : first;
}

/** The findings for the counts of a connection. */
export function findingsOf(counts: OutcomeCounts): readonly Finding[] {
  const { failed, refused, invalid, unreached, unsure, waiting, missing, held } = counts;
  return [
    ...(failed + refused + invalid + unreached + unsure + waiting > 0 ? [exitCodes.failed] : []),
    ...(held > 0 ? [exitCodes.held] : []),
    ...(missing > 0 ? ['missing' as const] : []),
  ];
}
