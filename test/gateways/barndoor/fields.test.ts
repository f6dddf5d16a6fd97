import { describe, expect, test } from '@jest/globals';
import * as z from 'zod/mini';
import { barndoorFields } from '../../../lib/gateways/barndoor/fields.ts';

const { fields, spec } = barndoorFields;
const field = (pointer: string) => fields.find((row) => row.pointer === pointer);

describe('the spec', () => {
  test.each([
    {},
    { name: 'n' },
    {
      name: 'Salesforce Production',
      slug: 'salesforce-2',
      client_id: '3MVG9...',
      client_secret: { secret: 'trueup/acme/salesforce', key: 'client_secret' },
      meta: { team: 'sales', nested: { deep: [1, null, { a: true }] }, empty: {} },
    },
    { client_secret: { secret: 'trueup/acme/salesforce' } },
  ])('%j', (value) => {
    expect(spec.parse(value)).toEqual(value);
  });

  test.each([
    { clientId: 'x' },
    { id: 'x' },
    { connection_status: 'connected' },
    { url: 'https://x.example' },
    { name: '' },
    { name: '  ' },
    { name: null },
    { slug: 'Sales' },
    { slug: 'a_b' },
    { slug: '' },
    { client_id: '' },
    { client_id: null },
    { client_id: { secret: 'trueup/acme/x' } },
    { client_secret: 'hunter2' },
    { client_secret: { secret: '' } },
    { client_secret: { secret: 'a', version: 'b' } },
    { meta: null },
    { meta: [] },
    { meta: { team: null } },
    { meta: { nested: { deep: null } } },
    null,
    [],
  ])('not %j', (value) => {
    expect(spec.safeParse(value).success).toBe(false);
  });

  test('describes each of its keys', () => {
    const { properties } = z.toJSONSchema(spec) as {
      properties: Record<string, { description?: string }>;
    };
    const described = Object.entries(properties).filter(([, { description }]) => description);
    expect(described.map(([key]) => `/${key}`)).toEqual(
      fields.filter(({ access }) => access !== 'computed').map(({ pointer }) => pointer),
    );
  });
});

describe('the table', () => {
  test('says how each field behaves', () => {
    const summary = fields.map(
      ({ pointer, access, compare, replaces }) =>
        `${pointer} ${access} ${compare} ${JSON.stringify(replaces)}`,
    );
    expect(summary).toEqual([
      '/name read-write exact "field"',
      '/slug read-write exact "field"',
      '/client_id write-only exact "field"',
      '/client_secret secret exact "field"',
      '/mcp_server_directory_id read-write exact "field"',
      '/meta read-write subset "member"',
      '/id computed exact "field"',
      '/connection_status computed exact "field"',
      '/provider computed exact "field"',
      '/url computed exact "field"',
    ]);
  });

  test('nothing is cleared by null, and nothing can be said of what is absent', () => {
    expect(fields.every(({ nullClears }) => !nullClears)).toBe(true);
    expect(fields.every(({ absent }) => absent.means === 'unreadable')).toBe(true);
  });

  test.each(['ab...yz', 'abcd...wxyz', '3M...Q1', 'ab…yz', 'ab****yz', '********', '••••'])(
    '%s is a mask',
    (text) => {
      expect(field('/client_id')?.mask?.test(text)).toBe(true);
    },
  );

  test.each([
    '3MVG9...',
    'a.b.c',
    '3MVG9.abc.def',
    'abc',
    '1234567890-abc.apps.googleusercontent.com',
    '...',
  ])('%s is none', (text) => {
    expect(field('/client_id')?.mask?.test(text)).toBe(false);
  });
});
