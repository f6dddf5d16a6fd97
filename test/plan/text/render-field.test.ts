import { describe, expect, test } from '@jest/globals';
import { fieldLines } from '../../../lib/plan/text/render-field.ts';
import type { FieldChange } from '../../../lib/plan/plan.types.ts';

const change: FieldChange = {
  pointer: '/authToken',
  cause: 'drift',
  before: { kind: 'absent' },
  after: { kind: 'secret', secret: 'trueup/acme/jira', version: 'v2' },
  compare: 'value',
  conditional: false,
  hash: 'h',
  held: false,
};
const shown = (more: Partial<FieldChange> = {}) =>
  fieldLines({ ...change, ...more }, (text) => text).join('\n');

describe('a secret', () => {
  test('that is no longer stored is shown as missing', () => {
    expect(shown()).toContain('# drift: the gateway no longer has this secret');
  });

  test('that is sent with another field has the cause together', () => {
    const before = { kind: 'secret', secret: 'trueup/acme/jira', version: 'v1' } as const;
    expect(shown({ cause: 'together', before })).toContain(
      '# together: sent together with another field that changes',
    );
  });
});

describe('in lines of 60 columns', () => {
  const narrow = Object.assign((text: string) => text, { columns: 60 });
  const secret = {
    kind: 'secret',
    secret: 'trueup/acme/the-client-of-jira',
    version: 'v1',
  } as const;

  test('a secret is broken between its words, a value is left whole', () => {
    const text = 'a value in which each space counts, so that it is not broken';
    const after = { kind: 'value', value: text } as const;
    expect(fieldLines({ ...change, before: secret, after }, narrow)).toEqual([
      '    authToken:  # drift: changed at the gateway',
      '      [secret trueup/acme/the-client-of-jira version v1]',
      `      -> "${text}"`,
    ]);
    const long = { ...secret, secret: 'trueup/acme/the-client-of-jira-cloud' };
    expect(fieldLines({ ...change, before: long }, narrow).slice(1)).toEqual([
      '      [secret trueup/acme/the-client-of-jira-cloud version',
      '         v1]',
      '      -> [secret trueup/acme/jira version v2]',
    ]);
  });
});

test('a change that loosens access says so', () => {
  expect(shown({ loosens: true, held: true })).toContain('# held; loosens access; drift:');
  expect(shown()).not.toContain('loosens');
});

test('a set whose cause does not fit into the line has it below', () => {
  const set = {
    pointer: '/restrictions/actions/allowedActions',
    before: { kind: 'value', value: ['a'] },
    after: { kind: 'value', value: ['a', 'b'] },
    compare: 'set',
  } as const;
  expect(shown({ ...set, loosens: true })).toBe(
    [
      '    restrictions/actions/allowedActions:',
      '      # loosens access; drift: changed at the gateway',
      '      + "b"',
    ].join('\n'),
  );
  expect(shown(set).split('\n')[0]).toMatch(/allowedActions: {2}# drift/);
});

test('a value that is absent is drift like any other', () => {
  expect(shown({ after: { kind: 'value', value: 'x' } })).toContain('# drift: changed at');
});

describe('a value that another server has now', () => {
  const name = { pointer: '/name', after: { kind: 'value', value: 'x' } } as const;

  test.each([
    ['keeps', 'other has this name now, and keeps it: the gateway refuses it here.'],
    ['gives', 'other has this name now, and gives it up: that is sent first.'],
    ['exchanges', 'other has this name now, and waits for this one. It takes two steps:'],
  ] as const)('is shown with who has it: %s', (what, text) => {
    const lines = shown({ ...name, takenBy: { id: 'id', label: 'other', what } });
    expect(lines.replaceAll(/\s+/g, ' ')).toContain(text);
  });

  test('goes by the id of a server without a label', () => {
    expect(shown({ ...name, takenBy: { id: 'srv_1', what: 'keeps' } })).toContain('srv_1 has this');
  });
});
