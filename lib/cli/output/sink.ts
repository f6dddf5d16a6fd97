/** Where text goes: a stream of the process, or a test's own. */
export interface Sink {
  readonly write: (text: string) => unknown;
  readonly isTTY?: boolean | undefined;
  /** Of a terminal, as it is now; 80 without it. */
  readonly columns?: number | undefined;
}
