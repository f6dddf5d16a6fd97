import { describe, expect, test } from '@jest/globals';
import * as z from 'zod/mini';
import { alloyFields } from '../../../lib/gateways/alloy/fields.ts';

const { fields, spec } = alloyFields;

interface Described {
  readonly description?: string;
  readonly properties?: Readonly<Record<string, Described>>;
}

/** Pointers of all keys of a JSON Schema, in order, with whether they are described. */
function keysOf(
  { properties = {} }: Described,
  path = '',
): [pointer: string, described: boolean][] {
  return Object.entries(properties).flatMap(([key, value]) => [
    [`${path}/${key}`, Boolean(value.description)] as [string, boolean],
    ...keysOf(value, `${path}/${key}`),
  ]);
}

describe('the spec', () => {
  test.each([
    {},
    { name: 'n', description: '', instructions: 'Be brief' },
    { restrictions: { users: {} } },
    {
      restrictions: {
        connectors: { mode: 'allowlist', allowedIds: ['slack'], blockedIds: [] },
        actions: { mode: 'blocklist', allowedActions: [], blockedActions: ['delete'] },
        users: { mode: 'blocklist', blockedIds: ['u1', 'u1'] },
      },
    },
    { name: 'n'.repeat(100) },
  ])('%j', (value) => {
    expect(spec.parse(value)).toEqual(value);
  });

  test.each([
    { name: '' },
    { name: 'n'.repeat(101) },
    { name: null },
    { description: null },
    { instructions: null },
    { serverId: 'x' },
    { accessUrl: 'https://x.example' },
    { hasRestrictions: true },
    { restriction: {} },
    { restrictions: {} },
    { restrictions: null },
    { restrictions: [] },
    { restrictions: { user: {} } },
    { restrictions: { users: null } },
    { restrictions: { users: { allowedActions: [] } } },
    { restrictions: { actions: { allowedIds: [] } } },
    { restrictions: { users: { mode: 'allow' } } },
    { restrictions: { users: { mode: null } } },
    { restrictions: { users: { allowedIds: 'u1' } } },
    { restrictions: { users: { allowedIds: [''] } } },
    { restrictions: { users: { allowedIds: [1] } } },
    { restrictions: { users: { allowedIds: null } } },
  ])('not %j', (value) => {
    expect(spec.safeParse(value).success).toBe(false);
  });

  test('describes each of its keys, and has no others than the table', () => {
    const keys = keysOf(z.toJSONSchema(spec) as Described);
    expect(keys.filter(([, described]) => !described)).toEqual([]);
    const inner = new Set(['/restrictions', '/restrictions/connectors', '/restrictions/actions']);
    inner.add('/restrictions/users');
    expect(keys.map(([key]) => key).filter((key) => !inner.has(key))).toEqual(
      fields.filter(({ access }) => access !== 'computed').map(({ pointer }) => pointer),
    );
  });
});

describe('the table', () => {
  test('says how each field behaves', () => {
    const summary = fields.map(({ pointer, access, compare, replaces, accessRule, absent }) =>
      [
        pointer,
        access,
        compare,
        typeof replaces === 'string' ? replaces : `in ${replaces.object}`,
        absent.means === 'value' ? `absent ${JSON.stringify(absent.value)}` : absent.means,
        accessRule === true ? 'rule' : '',
      ]
        .join(' ')
        .trim(),
    );
    const mode = 'read-write exact in /restrictions absent null rule';
    const list = 'read-write set in /restrictions absent [] rule';
    expect(summary).toEqual([
      '/name read-write exact field unreadable',
      '/description read-write exact field unreadable',
      '/instructions write-only exact field unreadable',
      `/restrictions/connectors/mode ${mode}`,
      `/restrictions/connectors/allowedIds ${list}`,
      `/restrictions/connectors/blockedIds ${list}`,
      `/restrictions/actions/mode ${mode}`,
      `/restrictions/actions/allowedActions ${list}`,
      `/restrictions/actions/blockedActions ${list}`,
      `/restrictions/users/mode ${mode}`,
      `/restrictions/users/allowedIds ${list}`,
      `/restrictions/users/blockedIds ${list}`,
      '/serverId computed exact field unreadable',
      '/url computed exact field unreadable',
      '/accessUrl computed exact field unreadable',
      '/hasRestrictions computed exact field unreadable',
      '/createdAt computed exact field unreadable',
      '/updatedAt computed exact field unreadable',
    ]);
    expect(fields.every(({ nullClears }) => !nullClears)).toBe(true);
  });
});
