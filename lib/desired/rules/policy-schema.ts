import * as z from 'zod/mini';
import { described, redescribed } from '../../model/described.ts';
import { durationPattern, sharePattern } from '../../model/duration.ts';
import { acts, modes } from '../../model/outcome.ts';

/* The schema of `policy`. */

/** Text that must match a pattern. Users may write a number instead, so the rule is also the message for a wrong type. */
const matchingOnly = (pattern: RegExp, rule: string, what: string) =>
  described(z.string(rule).check(z.regex(pattern, rule)), what);

/** Keys that a server may have, and its connection for all its servers. */
const policyKeys = {
  manage: z.optional(
    described(
      z.array(z.enum(acts)).check(
        z.refine((list) => list.includes('update') && new Set(list).size === list.length, {
          error: "must have 'update', and no act twice",
        }),
      ),
      'Allowed acts: update (required), create, delete. Defaults to [update]',
    ),
  ),
  mode: z.optional(
    described(
      z.enum(modes),
      'What unattended passes do: off (nothing), report or correct. Defaults to report',
    ),
  ),
  ignore: z.optional(
    described(
      z
        .array(
          z.string().check(z.regex(/^\//, "must be a JSON Pointer, such as '/meta/costCenter'")),
        )
        .check(z.maxLength(100)),
      'JSON Pointers into spec: members of a declared object that Trueup does not manage',
    ),
  ),
  reassertEvery: z.optional(
    matchingOnly(
      durationPattern,
      "must be a duration such as '30m', '12h' or '7d', or 'never'",
      'How often to resend fields that cannot be read: 30m, 12h, 7d. Defaults to never',
    ),
  ),
};

export const limitsSchema = z.strictObject({
  updates: z.optional(
    matchingOnly(
      sharePattern,
      "must be a share such as '30%'",
      'Changes of a larger share of the servers within an hour are held. Defaults to 30%',
    ),
  ),
  minimum: z.optional(
    described(
      z.int().check(z.minimum(1)),
      'Connections with fewer servers than this are not guarded. Defaults to 10',
    ),
  ),
  creates: z.optional(
    described(
      z.int().check(z.minimum(0), z.maximum(10_000)),
      'More new servers than this within an hour are held. Defaults to 10',
    ),
  ),
});

export const connectionPolicySchema = z.strictObject({
  ...policyKeys,
  limits: z.optional(redescribed(limitsSchema, 'When the guard holds changes')),
});

export const serverPolicySchema = z.strictObject(policyKeys);
