import { plainText } from '../model/text/plain-text.ts';
import type { KnownSecrets } from './known-secrets.ts';

/** Maximum length of a text from a vendor, in characters. */
export const longestVendorText = 500;
/** Only this much of a text is read. */
const mostRead = 16 * 1024;

/**
 * All text from a vendor (body, reason, any header) goes through this function before it is used in a message. The
 * result is one line without control characters, at most 500 characters. A text that has a secret is withheld
 * completely, because it is not certain where the secret begins and ends.
 *
 * @param whole - the vendor's whole text, which contains `text`
 * @returns undefined if it is withheld
 */
export function vendorText(text: string, known: KnownSecrets, whole = ''): string | undefined {
  const read = text.slice(0, mostRead);
  // A secret that is split by terminal codes is found after they are removed.
  const plain = plainText(read, read.length);
  if (
    known.occurIn(whole.slice(0, mostRead)) ||
    known.occurIn(read) ||
    (plain !== read && known.occurIn(plain))
  )
    return undefined;
  return plainText(plain, longestVendorText);
}
