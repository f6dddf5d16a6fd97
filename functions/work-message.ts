import * as z from 'zod/mini';
import { connectionNameSchema } from '../lib/core/schema.ts';
import { namedAtMost, workReasons } from '../lib/reconcile/ports/work-queue.ts';
import type { WorkMessage } from '../lib/reconcile/ports/work-queue.ts';

/**
 * Trueup's own message. Members that this version does not know are ignored, so that a newer sender can add some;
 * another `version` is another shape. Ids are any text: a row with a bad one is the pass's to record.
 */
const workMessageSchema = z.object({
  version: z.literal(1),
  connection: connectionNameSchema,
  servers: z.optional(
    z
      .array(z.string().check(z.minLength(1), z.maxLength(1024)))
      .check(z.minLength(1), z.maxLength(namedAtMost)),
  ),
  reason: z.enum(workReasons),
  dueAt: z.iso.datetime(),
});

/** The message in a body that was parsed; undefined if it is none of version 1. */
export function asWorkMessage(body: unknown): WorkMessage | undefined {
  const parsed = workMessageSchema.safeParse(body);
  if (!parsed.success) return undefined;
  const { servers, ...rest } = parsed.data;
  return { ...rest, ...(servers && { servers: [...new Set(servers)] }) };
}
