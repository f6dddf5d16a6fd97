import * as z from 'zod/mini';
import { described } from '../../model/described.ts';
import { identifier } from '../../model/names/identifier.ts';
import type { FieldSpec, FieldTable } from '../../model/field-table.types.ts';
import type { Json } from '../../model/json/json.types.ts';
import { equalJson, isJsonObject } from '../../model/json/json.ts';

const mode = described(
  z.optional(z.enum(['allowlist', 'blocklist'])),
  'Which of the two lists decides: allowlist or blocklist',
);

const list = (what: string) =>
  described(z.optional(z.array(identifier('An id'))), `${what}; order and repetition mean nothing`);

/** `connectors` and `users` go by id. */
const byId = (what: string) =>
  described(
    z.optional(
      z.strictObject({
        mode,
        allowedIds: list(`Ids of ${what} that are allowed`),
        blockedIds: list(`Ids of ${what} that are blocked`),
      }),
    ),
    `Which ${what} the server is restricted to; left out: stays as it is, {}: not restricted`,
  );

const actions = described(
  z.optional(
    z.strictObject({
      mode,
      allowedActions: list('Actions that are allowed'),
      blockedActions: list('Actions that are blocked'),
    }),
  ),
  'Which actions the server is restricted to; left out: stays as it is, {}: not restricted',
);

/**
 * [guess] Only the prose of the vendor's page names `instructions`, no schema does, and no answer shows it: it is sent
 * where it is declared, and never taken for verified. If it turns out to be readable, this and `toServer` change.
 */
const instructions = {
  access: 'write-only' as const,
  schema: described(
    z.optional(z.string()),
    'Instructions for the assistant; write-only: they cannot be read back',
  ),
};

const spec = z.strictObject({
  name: described(
    z.optional(z.string().check(z.minLength(1), z.maxLength(100))),
    'Name, 1 to 100 characters',
  ),
  description: described(z.optional(z.string()), 'Description'),
  instructions: instructions.schema,
  restrictions: described(
    z.optional(
      z.strictObject({ connectors: byId('connectors'), actions, users: byId('users') }).check(
        z.refine((restrictions) => Object.keys(restrictions).length > 0, {
          error:
            'must have connectors, actions or users; `users: {}` lifts the restriction of users',
          // A slip in a section's name is an error of its own.
          when: ({ issues }) => issues.length === 0,
        }),
      ),
    ),
    'Access rules, section by section: one that is left out stays as it is',
  ),
});

const plain = {
  compare: 'exact',
  replaces: 'field',
  nullClears: false,
  absent: { means: 'unreadable' },
} as const satisfies Partial<FieldSpec>;

/** A PUT replaces `restrictions` whole, and what is absent in it is not restricted [doc]. The sample of a list lacks it [doc]. */
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
 * Whether a change lets more in, by a list that allows. Where nothing was restricted, the first entry of an allowlist shuts
 * out all others; a list without a mode may have been in force.
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

/** Alloy's server fields [doc], but for `instructions` [guess]. */
export const alloyFields: FieldTable = {
  creation: {
    refusal:
      'Alloy answers a new server with a token once, and documents nothing by which one whose answer was lost is found again',
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
