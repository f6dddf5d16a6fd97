import * as z from 'zod/mini';
import { described } from '../described.ts';

/** The name becomes part of keys, names of secrets, and commands that users copy. */
export const connectionNameSchema = described(
  z
    .string()
    .check(
      z.regex(
        /^[a-z0-9][a-z0-9-]{0,62}$/,
        'must be 1 to 63 lower-case letters, digits and hyphens, and not begin with a hyphen',
      ),
    ),
  'Name of the connection: one account at one gateway',
);
