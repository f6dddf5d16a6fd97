import { describe, expect, test } from '@jest/globals';
import { parseServer } from '../../../lib/desired/rules/declarations.ts';
import { checkDocument, itemOf } from '../../../lib/desired/rules/document.ts';
import { creationOf } from '../../../lib/desired/rules/creation.ts';
import { formatIssue } from '../../../lib/model/errors/errors.ts';
import type { FieldTable } from '../../../lib/model/field-table.types.ts';
import { connectionOf, connectionRow, options, table } from '../../plan/support/declared.ts';

const creating: FieldTable = {
  ...table,
  fields: table.fields.map((field) =>
    field.pointer === '/slug' ? { ...field, createOnly: true } : field,
  ),
  creation: { foundBy: '/name', required: ['/name', '/slug'], withSecrets: false },
};
const refusing: FieldTable = { ...table, creation: { refusal: 'it cannot be found again' } };
const optionsOf = (own: FieldTable) => ({
  ...options,
  providers: new Map([['acme', { table: own, requestsPerMinute: 240 }]]),
});

function issuesOf(servers: readonly object[], own = creating, manage = ['update', 'create']) {
  const { item: _item, ...connection } = connectionRow;
  const document = { ...connection, policy: { manage }, servers };
  return checkDocument(document, optionsOf(own)).map(formatIssue);
}

const spec = { name: 'S', slug: 's' };

describe('a server without an id', () => {
  test.each<[string, readonly object[], readonly string[]]>([
    ['with a label and what a new one needs', [{ label: 'a', spec }], []],
    [
      'without a label',
      [{ spec }],
      [
        '/servers/0: has neither id nor label; must have the id of a live server, or a label for Trueup to create one',
      ],
    ],
    [
      'with a # in its label',
      [{ label: 'a#b', spec }],
      ["/servers/0/label: has a '#'; must have no '#' if the server has no id"],
    ],
    [
      'without what a new one needs',
      [{ label: 'a', spec: {} }],
      [
        '/servers/0/spec/name: is missing; must be set to create a server',
        '/servers/0/spec/slug: is missing; must be set to create a server',
      ],
    ],
    [
      'that is absent, where no policy permits it',
      [{ label: 'a', spec, state: 'absent' }],
      [
        "/servers/0/state: is absent, but the policy does not allow deletion; must have 'delete' in policy.manage",
      ],
    ],
    [
      'that is absent, where its own policy permits it',
      [{ label: 'a', spec, state: 'absent', policy: { manage: ['update', 'delete'] } }],
      [],
    ],
  ])('%s', (_, servers, expected) => {
    expect(issuesOf(servers)).toEqual(expected);
  });

  test('is refused where Trueup creates none, with the reason and what to do', () => {
    expect(issuesOf([{ label: 'a', spec }], refusing)).toEqual([
      '/servers/0/id: has no id; must have its id: it cannot be found again. `trueup import` writes the live servers',
    ]);
    expect(creationOf(table)).toEqual({
      refusal: 'Trueup does not create servers at this gateway',
    });
  });

  test('as a row has the label of its key, and no other', () => {
    const row = (more: object) => ({ connection: 'acme-one', item: 'new#a b', spec, ...more });
    const parse = (more: object) => parseServer(row(more), connectionOf(), creating, options);
    expect(parse({})).toMatchObject({
      ok: true,
      server: {
        id: 'new#a b',
        label: 'a b',
        created: { label: 'a b', isAbsent: false, createOnly: [{ pointer: '/slug', value: 's' }] },
      },
    });
    expect(parse({ label: 'a b', state: 'present' })).toMatchObject({ ok: true });
    expect(parse({ label: 'c' })).toMatchObject({
      ok: false,
      server: {
        id: 'new#a b',
        label: 'c',
        reason: '/label: is not the label in its item; must be the same',
      },
    });
    expect(parse({ spec: {} })).toMatchObject({ ok: false, server: { label: 'a b' } });
    expect(parse({ item: 'odd' })).toMatchObject({ ok: false, server: { id: 'odd' } });
    const refused = parseServer(row({}), connectionOf(), refusing, options);
    expect(refused).toMatchObject({
      ok: false,
      server: { reason: expect.stringMatching(/^\/item: has no id/) },
    });
  });
});

describe('a server with an id', () => {
  test.each<[string, object, readonly string[]]>([
    ['may be present', { id: 's1', spec: { name: 'S' }, state: 'present' }, []],
    [
      'may not be absent',
      { id: 's1', spec: { name: 'S' }, state: 'absent' },
      [
        '/servers/0/state: is absent, but the server has an id: Trueup did not create it; must be left out: only what Trueup created may be deleted',
      ],
    ],
    [
      'has nothing that is for new ones only',
      { id: 's1', spec },
      ['/servers/0/spec/slug: can only be set on create; must be left out if the server has an id'],
    ],
    [
      'may be wrong in other ways',
      { id: 's1', spec: 7 },
      ['/servers/0/spec: is a number; must be an object'],
    ],
  ])('%s', (_, server, expected) => {
    expect(issuesOf([server])).toEqual(expected);
  });
});

test.each<[unknown, readonly unknown[]]>([
  [['update'], []],
  [['create'], ["/policy/manage: is not valid; must have 'update', and no act twice"]],
  [['update', 7], [expect.stringContaining('/policy/manage/1')]],
  ['update', [expect.stringContaining('/policy/manage: is a string')]],
])('policy.manage %j', (manage, expected) => {
  expect(issuesOf([], creating, manage as string[])).toEqual(expected);
});

test('the key of a row is by the id, or without one by the label', () => {
  expect(itemOf('s1', { label: 'a' })).toBe('server#s1');
  expect(itemOf(undefined, { label: 'a' })).toBe('new#a');
  expect(itemOf(undefined, {})).toBe('new#');
});
