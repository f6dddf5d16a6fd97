import * as z from 'zod/mini';
import { described, redescribed } from '../../model/described.ts';
import { text, version } from '../../plan/text/plan-schema.ts';

const position = z.int().check(z.minimum(1));

export const validateDocumentSchema = z.object({
  version,
  issues: described(
    z.array(
      z.object({
        file: text('As it was named'),
        line: redescribed(position, 'Counts from 1'),
        column: redescribed(position, 'Counts from 1'),
        path: text('JSON Pointer to the place; the whole document if empty'),
        problem: text('What is wrong; never repeats a value'),
        expected: text('What would be right'),
      }),
    ),
    'Everything that is wrong; nothing if all is well',
  ),
});

export const doctorDocumentSchema = z.object({
  version,
  checks: described(
    z.array(
      z.object({
        what: text('What was looked at'),
        ok: described(z.boolean(), 'Whether it is well'),
        skipped: z.optional(
          described(
            z.literal(true),
            'That it could not be tried: nothing is known, which is no failure',
          ),
        ),
        found: text('What was found'),
        fix: z.optional(text('What to do about it, if it is not well')),
      }),
    ),
    'In the order in which to fix them',
  ),
});
