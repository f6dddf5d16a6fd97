import { columns } from '../../model/text/wrap.ts';
import type { Sink } from './sink.ts';

/** The progress line below all others on a terminal. */
export interface ProgressLine {
  /** Its maximum width in columns. */
  readonly width: () => number;
  /** Replaces the text; '' removes it. */
  readonly show: (text: string) => void;
  /** Removes what the terminal itself wrote there, such as `^C`. */
  readonly wipe: () => void;
  /** Writes other text above it. */
  readonly aside: (write: () => void) => void;
}

const toStart = '\r';
const clearToEnd = '\u001B[K';
// Wrapping is turned off, so that the terminal cuts a line that is too wide (some characters take two columns): a
// second row could not be removed.
const [wrapOff, wrapOn] = ['\u001B[?7l', '\u001B[?7h'];

/** Columns that are kept free for the `^C` of a Ctrl-C, which would otherwise wrap. */
const room = '^C'.length;

/** Each update is a single write that clears only after the new text, to avoid flicker. */
export function progressLine(sink: Sink): ProgressLine {
  let shown = '';
  const width = () => Math.max(1, Math.min(columns, sink.columns ?? columns) - room - 1);
  const draw = () => sink.write(`${toStart}${wrapOff}${cut(shown, width())}${clearToEnd}${wrapOn}`);
  return {
    width,
    show: (text) => {
      if (text === shown) return;
      shown = text;
      draw();
    },
    wipe: () => {
      sink.write(toStart + clearToEnd);
      if (shown !== '') draw();
    },
    aside: (write) => {
      if (shown !== '') sink.write(toStart + clearToEnd);
      write();
      if (shown !== '') draw();
    },
  };
}

function cut(text: string, width: number): string {
  const points = Array.from(text);
  return points.length <= width ? text : `${points.slice(0, width - 1).join('')}…`;
}
