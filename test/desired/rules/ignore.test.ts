import { describe, expect, test } from '@jest/globals';
import { formatIssue } from '../../../lib/model/errors/errors.ts';
import type { FieldSpec } from '../../../lib/model/field-table.types.ts';
import { ignoreIssues } from '../../../lib/desired/rules/ignore.ts';
import { table } from '../../plan/support/tables.ts';

const field = (pointer: string, compare: FieldSpec['compare'] = 'exact'): FieldSpec => ({
  pointer,
  compare,
  access: 'read-write',
  replaces: 'field',
  nullClears: false,
  absent: { means: 'unreadable' },
});

const fields = [
  field('/name'),
  field('/client_id'),
  field('/meta', 'subset'),
  field('/rules/actions/allowed', 'set'),
  field('/rules/users/allowed', 'set'),
  { ...field('/status'), access: 'computed' as const },
];

const said = (pointer: string) =>
  ignoreIssues([pointer], { ...table, fields }, '/ignore').map(formatIssue);

describe('ignoreIssues', () => {
  test.each(['/name', '/meta', '/meta/a/b', '/meta/a~1b', '/rules', '/rules/users'])(
    '%s may be ignored',
    (pointer) => {
      expect(said(pointer)).toEqual([]);
    },
  );

  test.each([
    ['/nmae', '/name'],
    ['/clientId', '/client_id'],
    ['/mta/cost/center', '/meta/cost/center'],
    ['/spec/meta/cost', '/meta/cost'],
    ['/rule', '/rules'],
    ['/rules/action', '/rules/actions'],
    ['/rules/user/alowed', '/rules/users/allowed'],
    ['/rules/Actions/allowed', '/rules/actions/allowed'],
  ])('%s points nowhere: did you mean %s?', (pointer, meant) => {
    expect(said(pointer)).toEqual([
      `/ignore/0: does not point to a known field; did you mean '${meant}'? known: /name, /client_id, /meta, /rules/actions/allowed, /rules/users/allowed`,
    ]);
  });

  test.each([
    ['meta/cost', '/meta/cost'],
    ['meta.cost', '/meta/cost'],
    ['$.meta.cost', '/meta/cost'],
    ["spec.meta['cost']", '/meta/cost'],
    ['/meta/a~b', '/meta/a~0b'],
    ['name', '/name'],
  ])('%s is no pointer: did you mean %s?', (pointer, meant) => {
    expect(said(pointer)).toEqual([
      expect.stringContaining(
        `/ignore/0: is not a JSON Pointer; did you mean '${meant}'? must be a JSON Pointer`,
      ),
    ]);
  });

  test.each(['', '/', '/zzzzzz', 'hunter2', '/nmae/first', '/state', '/rules/zzzzzz'])(
    'nothing is near %j, and nothing of it is said',
    (pointer) => {
      const [line = ''] = said(pointer);
      expect(line).toMatch(
        /^\/ignore\/0: (?:does not point to a known field|is not a JSON Pointer); /,
      );
      expect(line).not.toContain('did you mean');
      expect(line).not.toContain('hunter2');
    },
  );

  test('what is one value is ignored whole or not at all', () => {
    expect(said('/rules/users/allowed/0')).toEqual([
      '/ignore/0: lies inside /rules/users/allowed, which is compared as a whole; must be /rules/users/allowed itself or left out',
    ]);
  });
});
