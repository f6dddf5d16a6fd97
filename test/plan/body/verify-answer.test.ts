import { expect, test } from '@jest/globals';
import type { Json, JsonObject } from '../../../lib/model/json/json.types.ts';
import { verifyUnit } from '../../../lib/plan/body/verify-answer.ts';
import type { AnswerResult } from '../../../lib/plan/body/verify-answer.ts';
import { unitOf } from '../support/builders.ts';

const value = (of: Json) => ({ kind: 'value', value: of }) as const;

test.each<[string, string, Json, JsonObject, JsonObject, AnswerResult]>([
  ['what was sent', '/name', 'new', { name: 'old' }, { name: 'new' }, { result: 'applied' }],
  [
    'the old value',
    '/name',
    'new',
    { name: 'old' },
    { name: 'old' },
    { result: 'old', answered: value('old') },
  ],
  [
    'a third value',
    '/name',
    'new',
    { name: 'old' },
    { name: 'NEW' },
    { result: 'other', answered: value('NEW') },
  ],
  [
    'a value where none could be read',
    '/name',
    'new',
    {},
    { name: 'NEW' },
    { result: 'other', answered: value('NEW') },
  ],
  ['what cannot be read', '/client_id', 'new', {}, { client_id: '***' }, { result: 'unreadable' }],
  ['nothing of what was not read before', '/name', 'new', {}, {}, { result: 'unreadable' }],
  [
    'nothing of what was read before',
    '/name',
    'new',
    { name: 'old' },
    {},
    { result: 'old', answered: value('old') },
  ],
  [
    'nothing of what was as declared before',
    '/name',
    'new',
    { name: 'new' },
    {},
    { result: 'unreadable' },
  ],
  ['absent, as declared', '/description', null, { description: 'a' }, {}, { result: 'applied' }],
  ['a set in another order', '/tags', ['a', 'b'], {}, { tags: ['b', 'a'] }, { result: 'applied' }],
])('an answer that shows %s', (_, pointer, sent, before, answer, expected) => {
  const live = (fields: JsonObject) => ({ id: 's1', fields });
  expect(verifyUnit(unitOf(pointer, sent), live(before), live(answer))).toEqual(expected);
});

test('an absent leaf before and after is the old value; once it was there, a third', () => {
  const leaf = { ...unitOf('/meta', 'a'), pointer: '/meta/team' };
  const live = (meta: JsonObject) => ({ id: 's1', fields: { meta } });
  const absent = { kind: 'absent' };
  expect(verifyUnit(leaf, live({}), live({}))).toEqual({ result: 'old', answered: absent });
  expect(verifyUnit(leaf, live({ team: 'b' }), live({}))).toEqual({
    result: 'other',
    answered: absent,
  });
});
