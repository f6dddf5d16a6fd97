import type { Paint, Style } from '../../model/text/paint.types.ts';
import { plainText } from '../../model/text/plain-text.ts';
import { printable } from '../../model/text/shown-value.ts';
import { columns, wrap } from '../../model/text/wrap.ts';
import { progressLine } from './progress-line.ts';
import type { CliSettings } from '../settings.ts';
import type { Sink } from './sink.ts';

/** What a command says. Results go to standard output, all other text to standard error. */
export interface Output {
  /** What was asked for: a script may read it. Ends with a line break. */
  readonly result: (text: string) => void;
  /** The same as JSON. */
  readonly data: (value: object) => void;
  /** What is said besides. */
  readonly note: (text: string) => void;
  /** A sentence said besides, made plain, in lines that fit. */
  readonly say: (text: string, style?: Style) => void;
  /** A line that the next one replaces, below all other lines on a terminal; elsewhere not shown. '' takes it away. */
  readonly progress: (text: string) => void;
  /** After a Ctrl-C: the terminal wrote it where the cursor was. */
  readonly wipe: () => void;
  /** How many columns a line of progress may take. */
  readonly progressWidth: () => number;
  /** Colours results, if standard output is a terminal, whose width it knows. */
  readonly paint: Paint;
  /** The same of notes and standard error. */
  readonly notePaint: Paint;
  /** Whether notes are seen on a terminal, by a user who waits. */
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

/** A terminal of fewer columns breaks words, and so would we. */
const fewestColumns = 40;

/** How wide lines are there: as the terminal is, which may not know it. */
export function widthOf({ isTTY, columns: width }: Sink): number {
  return isTTY && width ? Math.max(fewestColumns, width) : columns;
}

function paintFor(sink: Sink, settings: CliSettings): Paint {
  const { noColor, forceColor, dumbTerminal } = settings;
  const isColoured = forceColor || (sink.isTTY && !noColor && !dumbTerminal);
  const paint = (text: string, style: Style) =>
    isColoured ? `\u001B[${codes[style]}m${text}\u001B[39m` : text;
  return Object.assign(paint, { columns: widthOf(sink) });
}

/** A sentence with a reason of a vendor's in it. */
const longest = 2000;

/** Writes to the two streams; colour, and lines that change, only on a terminal. */
export function createOutput(stdout: Sink, stderr: Sink, settings: CliSettings): Output {
  const isTerminal = stderr.isTTY === true && !settings.dumbTerminal;
  const bottom = progressLine(stderr);
  const line = (text: string) => (text.endsWith('\n') ? text : `${text}\n`);
  const note = (text: string) => bottom.aside(() => stderr.write(line(text)));
  const result = (text: string) => bottom.aside(() => stdout.write(line(text)));
  const notePaint = paintFor(stderr, settings);
  return {
    result,
    data: (value) => result(printable(JSON.stringify(value, undefined, 2))),
    note,
    say: (text, style) => {
      const lines = wrap(plainText(text, longest), '    ', '', notePaint.columns);
      note(lines.map((one) => (style ? notePaint(one, style) : one)).join('\n'));
    },
    progress: (text) => {
      if (isTerminal) bottom.show(text);
    },
    wipe: () => {
      if (isTerminal) bottom.wipe();
    },
    progressWidth: bottom.width,
    paint: paintFor(stdout, settings),
    notePaint,
    isTerminal,
  };
}
