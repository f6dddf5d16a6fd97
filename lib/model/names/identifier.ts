import * as z from 'zod/mini';
import { redescribed } from '../described.ts';

/**
 * Part of a character class: what an identifier must not have. White space, control characters and invisible characters
 * (zero-width, bidirectional, soft hyphens, byte order marks, blank letters) get in by copying from editors, spreadsheets
 * and web pages, and a gateway would read them as part of the id.
 */
export const unseenInIdentifiers = String.raw`\s\p{C}\p{Z}\p{Default_Ignorable_Code_Point}\u2800`;

const pattern = new RegExp(`^[^${unseenInIdentifiers}]*$`, 'u');

const schema = z
  .string()
  .check(
    z.minLength(1),
    z.regex(
      pattern,
      'must have no white space, control or invisible characters, not even at the start or end',
    ),
  );

/** An identifier of another system, such as a client id, which is used unchanged. */
export const identifier = (what: string) => redescribed(schema, what);
