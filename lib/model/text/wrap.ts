/** Lines are kept within this where there is no terminal, and their content lets them. */
export const columns = 80;

/**
 * `text` in lines that fit a width where its words let it, each after `indent`. A command line of ours in backquotes
 * is one word: broken it could not be copied.
 *
 * @param first - before the first line, where that is further out or further in
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

/** A number and its unit are one word, too. */
const words = /(?:`trueup [^`]*`|(?<=\d) (?=(?:s|%)(?!\w))|[^ ])+/g;
