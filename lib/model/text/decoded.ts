const utf16Le = [0xff, 0xfe];
const utf16Be = [0xfe, 0xff];

/**
 * The text of a file, without a byte order mark: UTF-8, or UTF-16 with its mark, which Windows tools write. Undefined for any
 * other file. UTF-16 without a mark is recognised by its zero bytes.
 */
export function decoded(bytes: Uint8Array): string | undefined {
  const begins = (mark: readonly number[]) => mark.every((byte, index) => bytes[index] === byte);
  const encoding = begins(utf16Le) ? 'utf-16le' : begins(utf16Be) ? 'utf-16be' : 'utf-8';
  try {
    const text = new TextDecoder(encoding, { fatal: true }).decode(bytes);
    return /^.?\0/.test(text) ? undefined : text;
  } catch {
    return undefined;
  }
}

/** The problem with a file that `decoded` cannot read. */
export const undecoded = 'is not text in UTF-8, or in UTF-16 with a byte order mark';
