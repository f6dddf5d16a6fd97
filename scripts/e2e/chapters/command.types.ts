import type { Ran } from '../processes.ts';

/** Writes a file of the laptop's. */
export type WriteFile = (name: string, content: unknown) => void;

/** A command with `--stack`, by somebody with the operator policy; it has to exit with `expected`. */
export type Run = (
  expected: number,
  command: string,
  ...parameters: readonly string[]
) => Promise<Ran>;

/** The same, listened to: what it writes to standard error, as it does. */
export type Hearing = (
  heard: (text: string) => void,
  ...parameters: Parameters<Run>
) => Promise<Ran>;
