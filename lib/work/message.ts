import * as z from 'zod/mini';
import { namedAtMost } from '../model/names/named-servers.ts';
import { connectionNameSchema } from '../model/names/connection-name.ts';

/** Why a message was sent; for people, and for what may be skipped. */
export const workReasons = [
  'share',
  'stream',
  'rotation',
  'continuation',
  'retry',
  'handover',
] as const;

export type WorkReason = (typeof workReasons)[number];

/** A message of the queue: a hint that carries a key. State is read again. */
export interface WorkMessage {
  readonly version: 1;
  readonly connection: string;
  /** At most ten; absent means the whole connection. */
  readonly servers?: readonly string[];
  readonly reason: WorkReason;
  /** ISO 8601: when the work was due. */
  readonly dueAt: string;
  /** Names of secrets that moved: each is asked for its version, since a list of them may be minutes old. */
  readonly secrets?: readonly string[];
  /** Of a continuation: how many there are in a row, this one included. */
  readonly hops?: number;
}

/**
 * Members that this version does not know are ignored, so that a newer sender can add some; another `version` is another
 * shape. Ids are any text: a row with a bad one is the pass's to record.
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

/** The message in a body that was parsed; undefined if it is not one of version 1. */
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
