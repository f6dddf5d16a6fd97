import * as z from 'zod/mini';
import type { FieldSpec, FieldTable } from '../../../lib/model/field-table.types.ts';

const plain = {
  access: 'read-write',
  compare: 'exact',
  replaces: 'field',
  nullClears: false,
  absent: { means: 'unreadable' },
} as const satisfies Partial<FieldSpec>;

const credential = { ...plain, group: 'credential' } as const;

const rule = (pointer: string, compare: 'exact' | 'set'): FieldSpec => ({
  ...plain,
  pointer,
  compare,
  replaces: { object: '/restrictions' },
  section: '/restrictions',
  absent: { means: 'value', value: compare === 'set' ? [] : null },
  accessRule: true,
});

const section = (name: string): FieldSpec[] => [
  rule(`/restrictions/${name}/mode`, 'exact'),
  rule(`/restrictions/${name}/allowed`, 'set'),
  rule(`/restrictions/${name}/blocked`, 'set'),
];

/** One field of each kind that a vendor may have, under names that read well in a test. */
export const table: FieldTable = {
  fields: [
    { ...plain, pointer: '/name' },
    {
      ...plain,
      pointer: '/description',
      nullClears: true,
      absent: { means: 'value', value: '' },
    },
    { ...plain, pointer: '/tags', compare: 'set', absent: { means: 'value', value: [] } },
    { ...plain, pointer: '/client_id', access: 'write-only' },
    { ...plain, pointer: '/client_secret', access: 'secret' },
    { ...credential, pointer: '/auth' },
    { ...credential, pointer: '/token', access: 'secret', showsAbsence: true },
    { ...credential, pointer: '/password', access: 'secret', showsAbsence: true },
    { ...plain, pointer: '/meta', compare: 'subset', replaces: 'member', nullClears: true },
    ...section('connectors'),
    ...section('users'),
    { ...plain, pointer: '/status', access: 'computed' },
  ],
  spec: z.json(),
};

/** The row of a field, to bend one property of it. */
export function fieldAt(pointer: string, change: Partial<FieldSpec> = {}): FieldSpec {
  const field = table.fields.find((one) => one.pointer === pointer);
  if (!field) throw new Error(`no field ${pointer}`);
  return { ...field, ...change };
}
