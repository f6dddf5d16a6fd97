/** Terminal control sequences, closed by their own end or open: CSI, OSC and its kind with a text, and the short ones. */
const escapes = new RegExp(
  [
    '(?:\u001b\\[|\u009b)[0-?]*[ -/]*[@-~]',
    // Not past another beginning: each open one would be looked through to the end of the text.
    '(?:\u001b[\\]PX^_]|[\u0090\u0098\u009d-\u009f])[^\u0007\u001b\u0090\u0098\u009c-\u009f]*(?:\u0007|\u001b\\\\|\u009c)',
    '\u001b[ -/]*[0-~]',
  ].join('|'),
  'g',
);

/** Line breaks and tabs become one space, so that words stay apart. */
const breaks = /[\t\n\v\f\r\u0085\u2028\u2029]+/g;

/** C0, C1, and what is not seen but changes what is: bidi controls, zero-width and tag characters, annotations. */
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
  // A code point takes at most two code units, so no more of a long text needs to be looked at.
  const points = Array.from(plain.slice(0, 2 * max + 2));
  return points.length <= max ? plain : `${points.slice(0, max - 1).join('')}…`;
}
