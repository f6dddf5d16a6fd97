import * as z from 'zod/mini';
import { described } from '../../model/described.ts';
import { identifier } from '../../model/names/identifier.ts';
import type { FieldSpec, FieldTable } from '../../model/field-table.types.ts';
import type { Json } from '../../model/json/json.types.ts';
import { equalJson, isJsonObject } from '../../model/json/json.ts';

const mode = () =>
  described(
    z.optional(z.enum(['allowlist', 'blocklist'])),
    'Which of the two lists applies: allowlist or blocklist',
  );

const list = (what: string) =>
  described(
    z.optional(z.array(identifier('An id'))),
    `${what}; order and repetition do not matter`,
  );

/** `connectors` and `users` are listed by id. */
const byId = (what: string) =>
  described(
    z.optional(
      z.strictObject({
        mode: mode(),
        allowedIds: list(`Ids of ${what} that are allowed`),
        blockedIds: list(`Ids of ${what} that are blocked`),
      }),
    ),
    `Which ${what} the server is restricted to; left out: stays as it is, {}: not restricted`,
  );

const actions = () =>
  described(
    z.optional(
      z.strictObject({
        mode: mode(),
        allowedActions: list('Actions that are allowed'),
        blockedActions: list('Actions that are blocked'),
      }),
    ),
    'Restriction of actions. Left out: unchanged; {}: not restricted',
  );

/**
 * [guess] `instructions` is only in the text of the vendor's documentation, in no schema and in no answer. It is sent
 * if it is declared, and never counts as verified. If it turns out to be readable, this and `toServer` must change.
 */
const instructions = {
  access: 'write-only' as const,
  schema: () =>
    described(
      z.optional(z.string()),
      'Instructions for the assistant; write-only: they cannot be read back',
    ),
};

const spec = z.lazy(() =>
  z.strictObject({
    name: described(
      z.optional(z.string().check(z.minLength(1), z.maxLength(100))),
      'Name, 1 to 100 characters',
    ),
    description: described(z.optional(z.string()), 'Description'),
    instructions: instructions.schema(),
    restrictions: described(
      z.optional(
        z
          .strictObject({
            connectors: byId('connectors'),
            actions: actions(),
            users: byId('users'),
          })
          .check(
            z.refine((restrictions) => Object.keys(restrictions).length > 0, {
              error:
                'must have connectors, actions or users; `users: {}` removes the restriction of users',
              // A misspelled section has its own error.
              when: ({ issues }) => issues.length === 0,
            }),
          ),
      ),
      'Access rules by section; sections that are left out do not change',
    ),
  }),
);

const plain = {
  compare: 'exact',
  replaces: 'field',
  nullClears: false,
  absent: { means: 'unreadable' },
} as const satisfies Partial<FieldSpec>;

/**
 * A PUT replaces `restrictions` as a whole, and absent sections are not restricted [doc]. The documented list does not
 * have it [doc].
 */
const rule = {
  access: 'read-write',
  replaces: { object: '/restrictions' },
  nullClears: false,
  accessRule: true,
  readByGet: true,
} as const satisfies Partial<FieldSpec>;

/** Whether `after` has a member that `before` does not have. */
const adds = (before: Json | undefined, after: Json | undefined): boolean =>
  Array.isArray(before) && Array.isArray(after) && after.some((member) => !before.includes(member));

/**
 * Whether a change of an allowlist gives more access. If nothing was restricted before, the first entry of an allowlist
 * reduces access. A list without a mode may have been in effect.
 */
function opens(before: Json | undefined, after: Json, live: Json | undefined): boolean {
  const hadMode = isJsonObject(live) && typeof live['mode'] === 'string';
  if (hadMode || !Array.isArray(before)) return adds(before, after);
  return before.length > 0 && (equalJson(after, []) || adds(before, after));
}

const section = (name: string, lists: readonly string[]): readonly FieldSpec[] => [
  {
    ...rule,
    section: `/restrictions/${name}`,
    pointer: `/restrictions/${name}/mode`,
    compare: 'exact',
    absent: { means: 'value', value: null },
    loosens: (before, after) =>
      typeof before === 'string' && after !== before && after !== 'allowlist',
  },
  ...lists.map((key): FieldSpec => ({
    ...rule,
    section: `/restrictions/${name}`,
    pointer: `/restrictions/${name}/${key}`,
    compare: 'set',
    absent: { means: 'value', value: [] },
    loosens: key.startsWith('allowed') ? opens : (before, after) => adds(after, before),
  })),
];

const computed = (pointer: string): FieldSpec => ({ ...plain, pointer, access: 'computed' });

/** Alloy's server fields [doc], except `instructions` [guess]. */
export const alloyFields: FieldTable = {
  creation: {
    refusal:
      'Alloy returns the token of a new server only once, and documents no way to find the server if that answer is lost',
  },
  fields: [
    { ...plain, pointer: '/name', access: 'read-write', unicode: 'NFC' },
    { ...plain, pointer: '/description', access: 'read-write' },
    { ...plain, pointer: '/instructions', access: instructions.access },
    ...section('connectors', ['allowedIds', 'blockedIds']),
    ...section('actions', ['allowedActions', 'blockedActions']),
    ...section('users', ['allowedIds', 'blockedIds']),
    computed('/serverId'),
    computed('/url'),
    computed('/accessUrl'),
    computed('/hasRestrictions'),
    computed('/createdAt'),
    computed('/updatedAt'),
  ],
  spec,
};
