import * as z from 'zod/mini';
import { described } from '../described.ts';

/** It becomes part of keys, of names of secrets, and of commands that are shown to be run. */
export const connectionNameSchema = described(
  z
    .string()
    .check(
      z.regex(
        /^[a-z0-9][a-z0-9-]{0,62}$/,
        'must consist of 1 to 63 lower-case letters, digits and hyphens, no hyphen first',
      ),
    ),
  'Name of the connection: one account at one gateway',
);
