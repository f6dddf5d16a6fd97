/** What a piece of rendered text is: the program that prints it may give each its colour. */
export type Style = 'add' | 'change' | 'remove' | 'warn' | 'error' | 'quiet';

/** Colours a text, or not. Rendering is plain without it. */
export type Paint = (text: string, style: Style) => string;
