import * as z from 'zod';
import { version } from '../../core/plan-schema.ts';

const position = z.int().min(1);

export const validateDocumentSchema = z.object({
  version,
  issues: z
    .array(
      z.object({
        file: z.string().describe('As it was named'),
        line: position.describe('Counts from 1'),
        column: position.describe('Counts from 1'),
        path: z.string().describe('JSON Pointer to the place; the whole document if empty'),
        problem: z.string().describe('What is wrong; never repeats a value'),
        expected: z.string().describe('What would be right'),
      }),
    )
    .describe('Everything that is wrong; nothing if all is well'),
});

export const doctorDocumentSchema = z.object({
  version,
  checks: z
    .array(
      z.object({
        what: z.string().describe('What was looked at'),
        ok: z.boolean().describe('Whether it is well'),
        skipped: z
          .literal(true)
          .describe('That it could not be tried: nothing is known, which is no failure')
          .optional(),
        found: z.string().describe('What was found'),
        mend: z.string().describe('What to do about it, if it is not well').optional(),
      }),
    )
    .describe('In the order in which one mends them'),
});
