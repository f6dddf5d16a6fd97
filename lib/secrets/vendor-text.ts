import { plainText } from '../model/text/plain-text.ts';
import type { KnownSecrets } from './known-secrets.ts';

/** Longest text that is taken over from a vendor, in characters. */
export const longestVendorText = 500;
/** More of a text is not read. */
const mostRead = 16 * 1024;

/**
 * The one way of a vendor's words (body, reason, any header) into a message: on one line, without control characters, at most
 * 500 characters. A text that repeats a secret is withheld whole: where a secret begins and ends in it is not for sure.
 *
 * @param whole - the text that it is taken from, as the vendor wrote it
 * @returns undefined if it is withheld
 */
export function vendorText(text: string, known: KnownSecrets, whole = ''): string | undefined {
  const read = text.slice(0, mostRead);
  // What terminal codes break into pieces is whole where they are left out.
  const plain = plainText(read, read.length);
  if (
    known.occurIn(whole.slice(0, mostRead)) ||
    known.occurIn(read) ||
    (plain !== read && known.occurIn(plain))
  )
    return undefined;
  return plainText(plain, longestVendorText);
}
