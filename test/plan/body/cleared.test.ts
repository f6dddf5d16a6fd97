import { describe, expect, test } from '@jest/globals';
import type { JsonObject } from '../../../lib/model/json/json.types.ts';
import { declaredUnits } from '../../../lib/model/units.ts';
import { assertKept, clearedIn, WouldClearError } from '../../../lib/plan/body/cleared.ts';
import { fieldAt, table } from '../support/tables.ts';

/** A change of the name clears description and tags. */
const clearing = {
  ...table,
  fields: table.fields.map((field) =>
    field.pointer === '/name' ? { ...field, clears: ['/description', '/tags'] } : field,
  ),
};

const live = (fields: JsonObject) => ({ id: 'a', fields });
const unitsOf = (spec: JsonObject) => declaredUnits(clearing, spec, []);
const sentOf = (spec: JsonObject, ...pointers: readonly string[]) =>
  unitsOf(spec).filter(({ pointer }) => pointers.includes(pointer));

/** The place that stops it, or undefined. */
function lost(spec: JsonObject, before: JsonObject, withheld: readonly string[] = []) {
  try {
    assertKept(unitsOf(spec), sentOf(spec, '/name'), new Set(withheld), live(before));
    return undefined;
  } catch (error) {
    if (!(error instanceof WouldClearError)) throw error;
    return [error.pointer, error.code];
  }
}

describe('a PUT of a field that clears others', () => {
  test.each<[string, JsonObject, JsonObject]>([
    ['that are declared', { name: 'B', description: 'd' }, { name: 'A', description: 'old' }],
    ['that have no value', { name: 'B' }, { name: 'A', description: null, tags: [] }],
    ['that no answer has', { name: 'B' }, { name: 'A' }],
    ['goes without a change', { name: 'A' }, { name: 'A', description: 'd' }],
  ])('is sent: %s', (_what, spec, before) => {
    expect(lost(spec, before)).toBeUndefined();
  });

  test.each<[string, JsonObject, JsonObject, string[]]>([
    ['one is not declared', { name: 'B' }, { name: 'A', description: 'd' }, []],
    [
      'one must not be sent',
      { name: 'B', description: 'd' },
      { name: 'A', description: 'old' },
      ['/description'],
    ],
  ])('is not sent where %s', (_what, spec, before, withheld) => {
    expect(lost(spec, before, withheld)).toEqual(['/description', 'would-clear']);
  });

  test('the message has the field that clears, and what to do', () => {
    expect(new WouldClearError('/tags', '/name')).toMatchObject({
      message: expect.stringMatching(/a change of \/name clears it.*Declare it too/),
      context: { pointer: '/tags' },
    });
  });
});

describe('what an answer lacks since', () => {
  const before = live({ name: 'A', description: 'd', tags: ['t'] });
  const spec = { name: 'B', description: 'd', tags: ['t'] };

  test('are the declared fields that were cleared', () => {
    const answer = live({ name: 'B', description: null, tags: ['t'] });
    expect(clearedIn(unitsOf(spec), sentOf(spec, '/name'), before, answer)).toEqual(
      new Set(['/description']),
    );
  });

  test('is nothing where the field that clears was not changed', () => {
    const answer = live({ name: 'A', description: null });
    const same = { ...spec, name: 'A' };
    expect(clearedIn(unitsOf(same), sentOf(same, '/name'), before, answer)).toEqual(new Set());
  });

  test('is nothing where no field clears another', () => {
    expect(fieldAt('/name').clears).toBeUndefined();
    expect(clearedIn(unitsOf(spec), sentOf(spec, '/tags'), before, live({}))).toEqual(new Set());
  });
});
