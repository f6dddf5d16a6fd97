import * as z from 'zod/mini';
import { namedAtMost } from '../model/names/named-servers.ts';
import { connectionNameSchema } from '../model/names/connection-name.ts';

/** Why a message was sent, for logs and to decide what can be skipped. */
export const workReasons = [
  'share',
  'stream',
  'rotation',
  'continuation',
  'retry',
  'handover',
] as const;

export type WorkReason = (typeof workReasons)[number];

/** A message of the queue: a hint with a key. State is always read again. */
export interface WorkMessage {
  readonly version: 1;
  readonly connection: string;
  /** At most ten; absent means the whole connection. */
  readonly servers?: readonly string[];
  readonly reason: WorkReason;
  /** ISO 8601: when the work was due. */
  readonly dueAt: string;
  /** Names of secrets that changed. Their versions are read one by one, because a list may be minutes old. */
  readonly secrets?: readonly string[];
  /** For a continuation: its number in a row of continuations. */
  readonly hops?: number;
}

/**
 * Unknown members are ignored, so that a newer sender can add some; an incompatible message has another `version`. Ids
 * may be any text: the pass reports a row with an invalid id.
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
  secrets: z.optional(
    z.array(z.string().check(z.minLength(1), z.maxLength(512))).check(z.maxLength(namedAtMost)),
  ),
  hops: z.optional(z.int().check(z.minimum(1))),
});

/** The message in a parsed body; undefined if it is not a message of version 1. */
export function asWorkMessage(body: unknown): WorkMessage | undefined {
  const parsed = workMessageSchema.safeParse(body);
  if (!parsed.success) return undefined;
  const { servers, secrets, hops, ...rest } = parsed.data;
  return {
    ...rest,
    ...(servers && { servers: [...new Set(servers)] }),
    ...(secrets && { secrets }),
    ...(hops !== undefined && { hops }),
  };
}
