/** Line width where there is no terminal. Long words may exceed it. */
export const columns = 80;

/**
 * Wraps `text` to a width, each line after `indent`. A `trueup` command in backquotes is never broken, so that it
 * can be copied.
 *
 * @param first - indent of the first line, if it differs
 * @param width - in columns; defaults to 80
 */
export function wrap(
  text: string,
  indent: string,
  first = indent,
  width = columns,
): readonly string[] {
  return fill(text.trim().match(words) ?? [''], indent, first, width);
}

/**
 * A command for a user to copy, on lines of its own. Where it does not fit into a terminal narrower than 80 columns, it
 * continues after a `\`, as a POSIX shell reads it. Otherwise it is one line, which every shell accepts.
 *
 * @param first - indent of the first line, if it differs
 * @param width - in columns; defaults to 80
 */
export function commandLines(
  command: string,
  indent: string,
  first = indent,
  width = columns,
): readonly string[] {
  const whole = first + command;
  if (width >= columns || whole.length <= width) return [whole];
  const lines = fill(command.match(shellWords) ?? [], indent, first, width - continued.length);
  return lines.map((line, at) => (at < lines.length - 1 ? line + continued : line));
}

const continued = ' \\';

/** Spaces in quotes do not end a word. */
const shellWords = /(?:'[^']*'|\\.|[^ '\\])+/g;

function fill(
  all: readonly string[],
  indent: string,
  first: string,
  width: number,
): readonly string[] {
  const lines: string[] = [];
  for (const word of all) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= width) {
      lines[lines.length - 1] = `${last} ${word}`;
    } else {
      lines.push((last === undefined ? first : indent) + word);
    }
  }
  return lines;
}

/** A number and its unit are not broken either. */
const words = /(?:`(?:npm run -s )?trueup [^`]*`|(?<=\d) (?=(?:s|%)(?!\w))|[^ ])+/g;
