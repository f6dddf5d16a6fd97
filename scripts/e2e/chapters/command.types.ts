import type { Ran } from '../processes.ts';

/** Writes a file on the laptop. */
export type WriteFile = (name: string, content: unknown) => void;

/** A command with `--stack` and the operator policy; it must exit with `expected`. */
export type Run = (
  expected: number,
  command: string,
  ...parameters: readonly string[]
) => Promise<Ran>;

/** The same, with a listener for what it writes to standard error. */
export type Hearing = (
  heard: (text: string) => void,
  ...parameters: Parameters<Run>
) => Promise<Ran>;
