/** The kind of a piece of text. The program that prints it chooses a colour for each kind. */
export type Style = 'add' | 'change' | 'remove' | 'warn' | 'error' | 'quiet';

/** Colours a text. Without it, output is plain. */
export interface Paint {
  (text: string, style: Style): string;
  /** Line width in columns; defaults to 80. */
  readonly columns?: number;
}
