import { columns } from '../../model/text/wrap.ts';
import type { Sink } from './sink.ts';

/** The line below all others on a terminal, which changes in place. */
export interface ProgressLine {
  /** How many columns it may take. */
  readonly width: () => number;
  /** Replaces it; '' takes it away. */
  readonly show: (text: string) => void;
  /** Takes away what the terminal itself wrote there, such as `^C`. */
  readonly wipe: () => void;
  /** Writes other text, above it. */
  readonly aside: (write: () => void) => void;
}

const toStart = '\r';
const clearToEnd = '\u001B[K';
// The terminal cuts what is wider than we think (some characters take two columns): a second row would stay for ever.
const [wrapOff, wrapOn] = ['\u001B[?7l', '\u001B[?7h'];

/** What a terminal shows of a Ctrl-C: it must find room behind the line, or goes on in the next row. */
const room = '^C'.length;

/** Each change is one write that clears nothing before it has something to show: no flicker. */
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
