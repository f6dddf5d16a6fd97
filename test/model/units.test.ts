import { describe, expect, test } from '@jest/globals';
import type { FieldSpec } from '../../lib/model/field-table.types.ts';
import type { Json, JsonObject } from '../../lib/model/json/json.types.ts';
import { agrees, comparable, declaredUnits, readUnit } from '../../lib/model/units.ts';
import type { Reading } from '../../lib/model/units.ts';
import { unitOf } from '../plan/support/builders.ts';
import { fieldAt, table } from '../plan/support/tables.ts';

const pointers = (spec: JsonObject, ignore: readonly string[] = []) =>
  declaredUnits(table, spec, ignore).map(({ pointer }) => pointer);

describe('what is owned', () => {
  test('is what the declaration spells out, by pointer', () => {
    expect(pointers({ name: 'a', client_id: 'c', description: null })).toEqual([
      '/client_id',
      '/description',
      '/name',
    ]);
    expect(pointers({})).toEqual([]);
  });

  test('of an object that is compared as a subset is each leaf', () => {
    const meta = { team: 'a', deep: { x: 1, list: [{ y: 2 }] }, empty: {}, 'a/b': 1 };
    expect(pointers({ meta })).toEqual([
      '/meta/a~1b',
      '/meta/deep/list',
      '/meta/deep/x',
      '/meta/team',
    ]);
    expect(pointers({ meta: {} })).toEqual([]);
    expect(pointers({ meta: null })).toEqual(['/meta']);
  });

  test('of keys that every object inherits is a member like any other', () => {
    const meta = JSON.parse('{"__proto__":{"x":1},"constructor":2}') as JsonObject;
    expect(pointers({ meta })).toEqual(['/meta/__proto__/x', '/meta/constructor']);
  });

  test.each<[string, Json]>([
    ['empty', {}],
    ['null', null],
    ['a section that is null', { connectors: null }],
  ])('of an object that is replaced whole is all of it, once it is declared: %s', (_, value) => {
    const units = declaredUnits(table, { restrictions: value }, []);
    expect(units).toHaveLength(6);
    expect(units.every(({ spelledOut }) => !spelledOut)).toBe(true);
    expect(units[0]).toMatchObject({ pointer: '/restrictions/connectors/allowed', value: [] });
    expect(units[2]).toMatchObject({ pointer: '/restrictions/connectors/mode', value: null });
  });

  test('of an object that is declared section by section is what is declared', () => {
    const fields = table.fields.map((field) =>
      field.section === undefined
        ? field
        : { ...field, section: field.pointer.split('/').slice(0, 3).join('/') },
    );
    const owned = (restrictions: JsonObject) =>
      declaredUnits({ ...table, fields }, { restrictions }, []).map(({ pointer }) => pointer);
    const users = ['allowed', 'blocked', 'mode'].map((key) => `/restrictions/users/${key}`);
    expect(owned({})).toEqual([]);
    expect(owned({ users: {} })).toEqual(users);
    expect(owned({ users: { mode: 'allowlist' } })).toEqual(users);
  });

  test('is text in the Unicode form that the vendor keeps', () => {
    const field = fieldAt('/name', { unicode: 'NFC' });
    expect(comparable(field, 'Cafe\u0301')).toBe('Caf\u00e9');
    expect(comparable(field, 5)).toBe(5);
    expect(comparable(fieldAt('/name'), 'Cafe\u0301')).toBe('Cafe\u0301');
  });

  test('is nothing known of in an answer that leaves the whole object out', () => {
    const [unit] = declaredUnits(table, { restrictions: {} }, []);
    expect(unit && readUnit(unit, { id: 's1', fields: {} })).toEqual({ kind: 'unreadable' });
    expect(unit && readUnit(unit, { id: 's1', fields: { restrictions: {} } })).toEqual({
      kind: 'value',
      value: [],
    });
  });

  test('within such an object says what was spelled out', () => {
    const units = declaredUnits(table, { restrictions: { users: { mode: 'allowlist' } } }, []);
    const spelled = units.filter(({ spelledOut }) => spelledOut);
    expect(spelled.map(({ pointer }) => pointer)).toEqual(['/restrictions/users/mode']);
  });

  test('is nothing of an absent field that no answer is known to lack', () => {
    const fields = [fieldAt('/restrictions/users/mode', { absent: { means: 'unreadable' } })];
    expect(declaredUnits({ ...table, fields }, { restrictions: {} }, [])).toEqual([]);
  });

  test('is less what is ignored, and all under it', () => {
    expect(pointers({ name: 'a', meta: { a: 1, ab: 2 } }, ['/meta/a'])).toEqual([
      '/meta/ab',
      '/name',
    ]);
    expect(pointers({ restrictions: {} }, ['/restrictions/users'])).toHaveLength(3);
    expect(pointers({ meta: { a: { b: 1 } } }, ['/meta/a'])).toEqual([]);
  });
});

test.each<[FieldSpec['compare'], Json, Json]>([
  ['set', ['b', 'a', 'b'], ['a', 'b']],
  [
    'set',
    [
      { y: 1, x: 2 },
      { x: 2, y: 1 },
    ],
    [{ x: 2, y: 1 }],
  ],
  ['set', 'no list', 'no list'],
  ['exact', ['b', 'a'], ['b', 'a']],
])('as %s, %j is compared as %j', (compare, value, expected) => {
  expect(comparable(fieldAt('/tags', { compare }), value)).toEqual(expected);
});

describe('what an answer says', () => {
  const unreadable: Reading = { kind: 'unreadable' };
  const absent: Reading = { kind: 'absent' };
  const value = (of: Json): Reading => ({ kind: 'value', value: of });
  test.each<[string, JsonObject, Reading]>([
    ['/name', { name: 'a' }, value('a')],
    ['/name', { name: null }, value(null)],
    ['/name', {}, unreadable],
    ['/description', {}, value('')],
    ['/tags', { tags: ['b', 'a', 'a'] }, value(['a', 'b'])],
    ['/tags', {}, value([])],
    ['/client_id', { client_id: 'ab...yz' }, unreadable],
    ['/client_secret', { client_secret: '****' }, unreadable],
    ['/status', { status: 'x' }, unreadable],
  ])('of %s: %j', (pointer, fields, expected) => {
    expect(readUnit(unitOf(pointer, 'x'), { id: 's1', fields })).toEqual(expected);
  });

  test.each<[JsonObject, Reading]>([
    [{ meta: { a: { b: 1 } } }, value(1)],
    [{ meta: { a: 'text' } }, absent],
    [{ meta: {} }, absent],
    [{ meta: null }, absent],
    [{}, unreadable],
  ])('of a leaf: %j', (fields, expected) => {
    const unit = { ...unitOf('/meta', 1), pointer: '/meta/a/b' };
    expect(readUnit(unit, { id: 's1', fields })).toEqual(expected);
  });
});

describe('a reading agrees with', () => {
  test.each<[string, Json, Reading, boolean]>([
    ['/name', 'a', { kind: 'value', value: 'a' }, true],
    ['/name', 'a', { kind: 'value', value: 'b' }, false],
    ['/name', 'a', { kind: 'absent' }, false],
    ['/name', null, { kind: 'absent' }, false],
    ['/description', null, { kind: 'absent' }, true],
    ['/description', null, { kind: 'value', value: null }, true],
    ['/description', null, { kind: 'value', value: '' }, true],
    ['/description', null, { kind: 'value', value: 'text' }, false],
    ['/description', null, { kind: 'unreadable' }, false],
    ['/meta', null, { kind: 'value', value: '' }, false],
    ['/meta', null, { kind: 'absent' }, true],
  ])('%s: %j, %j: %s', (pointer, value, reading, expected) => {
    expect(agrees(unitOf(pointer, value), reading)).toBe(expected);
  });
});
