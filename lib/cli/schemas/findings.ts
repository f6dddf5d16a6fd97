import * as z from 'zod/mini';
import { described, redescribed } from '../../model/described.ts';
import { text, version } from '../../plan/text/plan-schema.ts';

const position = z.int().check(z.minimum(1));

export const validateDocumentSchema = z.object({
  version,
  issues: described(
    z.array(
      z.object({
        file: text('As given'),
        line: redescribed(position, 'Counts from 1'),
        column: redescribed(position, 'Counts from 1'),
        path: text('JSON Pointer to the place; empty: the whole document'),
        problem: text('What is wrong; never repeats a value'),
        expected: text('What is expected'),
      }),
    ),
    'All problems; empty if there are none',
  ),
});

export const doctorDocumentSchema = z.object({
  version,
  checks: described(
    z.array(
      z.object({
        what: text('What was checked'),
        ok: described(z.boolean(), 'Whether it passed'),
        skipped: z.optional(
          described(z.literal(true), 'It could not be checked, which is not a failure'),
        ),
        found: text('What was found'),
        fix: z.optional(text('How to fix it, if it failed')),
      }),
    ),
    'In the order in which to fix problems',
  ),
});
