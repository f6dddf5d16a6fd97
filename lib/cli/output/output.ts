import type { Paint, Style } from '../../model/text/paint.types.ts';
import { plainText } from '../../model/text/plain-text.ts';
import { printable } from '../../model/text/shown-value.ts';
import { columns, wrap } from '../../model/text/wrap.ts';
import { progressLine } from './progress-line.ts';
import type { CliSettings } from '../settings.ts';
import type { Sink } from './sink.ts';

/** The output of a command. Results go to standard output, all other text to standard error. */
export interface Output {
  /** Prints a result, which scripts may read. Adds a line break. */
  readonly result: (text: string) => void;
  /** The same as JSON. */
  readonly data: (value: object) => void;
  /** Prints other text, unchanged. */
  readonly note: (text: string) => void;
  /** Prints other text: made plain and wrapped. */
  readonly say: (text: string, style?: Style) => void;
  /** Shows a line below all others that the next call replaces; only on a terminal. '' removes it. */
  readonly progress: (text: string) => void;
  /** Removes the `^C` that the terminal wrote after a Ctrl-C. */
  readonly wipe: () => void;
  /** Maximum columns of a progress line. */
  readonly progressWidth: () => number;
  /** Colours results if standard output is a terminal; has its width. */
  readonly paint: Paint;
  /** The same for notes and standard error. */
  readonly notePaint: Paint;
  /** Whether standard error is a terminal. */
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

/** Minimum width for wrapping; narrower terminals break words anyway. */
const fewestColumns = 40;

/** The line width of a terminal, which may be unknown. */
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

/** Maximum length of a sentence with a vendor's reason. */
const longest = 2000;

/** Writes to the two streams. Colour and progress lines are only used on a terminal. */
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
