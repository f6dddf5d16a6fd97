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
  const lines: string[] = [];
  for (const word of text.trim().match(words) ?? ['']) {
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
const words = /(?:`trueup [^`]*`|(?<=\d) (?=(?:s|%)(?!\w))|[^ ])+/g;
