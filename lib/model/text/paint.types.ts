/** What a piece of rendered text is: the program that prints it may give each its colour. */
export type Style = 'add' | 'change' | 'remove' | 'warn' | 'error' | 'quiet';

/** Colours a text, or not. Rendering is plain without it. */
export interface Paint {
  (text: string, style: Style): string;
  /** How wide lines are where it is shown; 80 without it. */
  readonly columns?: number;
}
