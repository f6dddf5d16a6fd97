import type { Paint, Style } from '../core/paint.types.ts';
import { columns } from '../core/wrap.ts';
import type { CliSettings } from './settings.ts';

/** Where text goes: a stream of the process, or a test's own. */
export interface Sink {
  readonly write: (text: string) => unknown;
  readonly isTTY?: boolean | undefined;
}

/** What a command says. Results go to standard output, all else to standard error. */
export interface Output {
  /** What was asked for: a script may read it. Ends with a line break. */
  readonly result: (text: string) => void;
  /** What is said besides. */
  readonly note: (text: string) => void;
  /** A line that the next one replaces, on a terminal; nothing elsewhere. '' takes it away. */
  readonly progress: (text: string) => void;
  /** Colours results, if standard output is a terminal. */
  readonly paint: Paint;
  /** Colours notes, if standard error is one. */
  readonly notePaint: Paint;
  /** Whether notes are seen on a terminal, by somebody who waits. */
  readonly isTerminal: boolean;
}

const codes: Readonly<Record<Style, number>> = {
  add: 32,
  change: 33,
  remove: 31,
  warn: 33,
  error: 31,
  quiet: 90,
};

const coloured: Paint = (text, style) => `\u001B[${codes[style]}m${text}\u001B[39m`;
const plain: Paint = (text) => text;

function paintFor({ isTTY = false }: Sink, { noColor, forceColor }: CliSettings): Paint {
  return forceColor || (isTTY && !noColor) ? coloured : plain;
}

const clearLine = '\r\u001B[2K';

/** Writes to the two streams; colour only where somebody looks. */
export function createOutput(stdout: Sink, stderr: Sink, settings: CliSettings): Output {
  const isTerminal = stderr.isTTY === true;
  let shown = false;
  const clear = () => {
    if (shown) stderr.write(clearLine);
    shown = false;
  };
  const line = (text: string) => (text.endsWith('\n') ? text : `${text}\n`);
  return {
    result: (text) => {
      clear();
      stdout.write(line(text));
    },
    note: (text) => {
      clear();
      stderr.write(line(text));
    },
    progress: (text) => {
      if (!isTerminal) return;
      clear();
      if (text === '') return;
      stderr.write(text.slice(0, columns - 1));
      shown = true;
    },
    paint: paintFor(stdout, settings),
    notePaint: paintFor(stderr, settings),
    isTerminal,
  };
}
