/** Terminal control sequences, terminated or not: CSI, OSC and the other string sequences, and the short ones. */
const escapes = new RegExp(
  [
    '(?:\u001b\\[|\u009b)[0-?]*[ -/]*[@-~]',
    // Stops at the next introducer: otherwise each unterminated sequence would scan to the end of
    // the text.
    '(?:\u001b[\\]PX^_]|[\u0090\u0098\u009d-\u009f])[^\u0007\u001b\u0090\u0098\u009c-\u009f]*(?:\u0007|\u001b\\\\|\u009c)',
    '\u001b[ -/]*[0-~]',
  ].join('|'),
  'g',
);

/** Line breaks and tabs become one space, so that words stay apart. */
const breaks = /[\t\n\v\f\r\u0085\u2028\u2029]+/g;

/**
 * C0, C1, and invisible characters that change how other text looks: bidi controls, zero-width and tag characters,
 * annotations.
 */
const unseen = /[\p{Cc}\p{Default_Ignorable_Code_Point}\ufff9-\ufffb]/gu;

/**
 * A vendor's or user's text, safe to print on one line: no terminal sequences, control, bidirectional or invisible
 * characters, and at most `max` code points, the last one `…` if it was cut.
 */
export function plainText(text: string, max = 500): string {
  const plain = text
    .toWellFormed()
    .replaceAll(escapes, '')
    .replaceAll(breaks, ' ')
    .replaceAll(unseen, '');
  // A code point is at most two code units, so the rest of a long text is not needed.
  const points = Array.from(plain.slice(0, 2 * max + 2));
  return points.length <= max ? plain : `${points.slice(0, max - 1).join('')}…`;
}
