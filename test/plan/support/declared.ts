import * as z from 'zod/mini';
import { parseConnection } from '../../../lib/desired/rules/declarations.ts';
import type { Connection } from '../../../lib/model/desired.types.ts';
import { formatIssue } from '../../../lib/model/errors/errors.ts';
import type { FieldSpec, FieldTable } from '../../../lib/model/field-table.types.ts';
import { secretReferenceSchema } from '../../../lib/desired/rules/schema.ts';

const plain = {
  access: 'read-write',
  compare: 'exact',
  replaces: 'field',
  nullClears: false,
  absent: { means: 'unreadable' },
} as const satisfies Partial<FieldSpec>;

/** A vendor with one field of each kind. */
export const table: FieldTable = {
  fields: [
    { ...plain, pointer: '/name' },
    { ...plain, pointer: '/slug' },
    { ...plain, pointer: '/note', nullClears: true },
    { ...plain, pointer: '/client_id', access: 'write-only', mask: /^\w{2}\.\.\.\w{2}$/g },
    { ...plain, pointer: '/client_secret', access: 'secret' },
    { ...plain, pointer: '/meta', compare: 'subset', replaces: 'member' },
    { ...plain, pointer: '/rules/allowed', compare: 'set', replaces: { object: '/rules' } },
    { ...plain, pointer: '/url', access: 'computed' },
  ],
  spec: z.strictObject({
    name: z.optional(z.string().check(z.minLength(1))),
    slug: z.optional(z.string().check(z.regex(/^[a-z-]+$/, 'must consist of a-z and -'))),
    note: z.optional(z.nullable(z.string())),
    client_id: z.optional(z.string()),
    client_secret: z.optional(secretReferenceSchema),
    meta: z.optional(z.record(z.string(), z.json())),
    rules: z.optional(z.strictObject({ allowed: z.optional(z.array(z.string())) })),
  }),
};

export const options = {
  providers: new Map([['acme', { table, requestsPerMinute: 240, apiPath: ['v1', 'servers'] }]]),
  secretPrefix: 'trueup',
};

export const connectionRow = {
  connection: 'acme-one',
  item: 'connection',
  provider: 'acme',
  baseUrl: 'https://api.acme.example',
  auth: { type: 'bearer', token: { secret: 'trueup/acme-one/token' } },
};

export const serverRow = (spec: unknown, more: object = {}) => ({
  connection: 'acme-one',
  item: 'server#s1',
  spec,
  ...more,
});

export function connectionIssues(row: unknown): string[] {
  const result = parseConnection(row, options);
  return result.ok ? [] : result.issues.map(formatIssue);
}

export function connectionOf(more: object = {}): Connection {
  const result = parseConnection({ ...connectionRow, ...more }, options);
  if (!result.ok) throw new Error(result.issues.map(formatIssue).join('; '));
  return result.connection;
}
