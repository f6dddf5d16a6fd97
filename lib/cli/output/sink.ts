/** A target for text: a stream of the process, or of a test. */
export interface Sink {
  readonly write: (text: string) => unknown;
  readonly isTTY?: boolean | undefined;
  /** Current width of a terminal. Defaults to 80. */
  readonly columns?: number | undefined;
}
