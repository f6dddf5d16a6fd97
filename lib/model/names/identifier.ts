import * as z from 'zod/mini';
import { described } from '../described.ts';

/**
 * What no identifier has, as part of a character class: white space, control characters, and what is not seen (zero-width
 * and bidirectional characters, soft hyphens, byte order marks, blank letters). Editors, spreadsheets and web pages add
 * them, and a gateway takes them for part of the id.
 */
export const unseenInIdentifiers = String.raw`\s\p{C}\p{Z}\p{Default_Ignorable_Code_Point}\u2800`;

const pattern = new RegExp(`^[^${unseenInIdentifiers}]*$`, 'u');

/** An identifier of another system, such as a client id: text that is taken as it is. */
export const identifier = (what: string) =>
  described(
    z
      .string()
      .check(
        z.minLength(1),
        z.regex(
          pattern,
          'must have no white space, control or invisible characters, also at its ends',
        ),
      ),
    what,
  );
