import { expect, test } from '@jest/globals';
import type { Binding, LabelState, Reservation } from '../../lib/model/lifecycle.types.ts';
import { decide, isOwn } from '../../lib/lifecycle/protocol.ts';
import type { LifecycleEvent } from '../../lib/lifecycle/protocol.ts';

const at = '2026-11-22T10:00:00.000Z';
const now = Date.parse(at);
const reservation: Reservation = {
  nonce: 'n1',
  account: 'a',
  body: {},
  createOnly: 'c',
  epoch: 3,
  at,
  state: 'reserved',
  looks: 0,
};
const { state: _state, looks: _looks, ...attempt } = reservation;
const fresh = { account: 'a', origin: 'created', stack: 'trueup', at } as const;
const binding: Binding = { ...fresh, createOnly: 'c', id: 's1' };
const removal = { at, epoch: 3, approval: 'd' };
const reason = { code: 'timeout', message: 'no answer' };
const listed = { kind: 'listed', begunAt: now + 10, settlingMs: 10, binding: fresh } as const;
const remove = {
  kind: 'remove',
  at,
  epoch: 3,
  approval: 'd',
  account: 'a',
  stack: 'trueup',
} as const;

test.each<[string, LabelState, LifecycleEvent, string]>([
  ['a reservation of a reserved label', { reservation }, { kind: 'reserve', reservation }, 'taken'],
  ['a reservation of a bound label', { binding }, { kind: 'reserve', reservation }, 'taken'],
  ['an answer to another attempt', { reservation }, { kind: 'rejected', nonce: 'n2' }, 'lost'],
  [
    'no answer to an attempt, where another is open',
    { reservation: { ...reservation, nonce: 'n2' } },
    { kind: 'unknown', attempt, state: 'unsure', at, reason },
    'lost',
  ],
  [
    'no answer to an attempt, where its label has a server',
    { binding },
    { kind: 'unknown', attempt, state: 'unsure', at, reason },
    'lost',
  ],
  [
    'an id for a label whose other attempt is open',
    { reservation: { ...reservation, nonce: 'n2' } },
    { kind: 'answered', attempt, id: 's1', binding: fresh },
    'lost',
  ],
  [
    'an id for a label that has another server',
    { binding: { ...binding, id: 's2' } },
    { kind: 'answered', attempt, id: 's1', binding: fresh },
    'lost',
  ],
  ['a list of a free label', {}, { ...listed, found: { kind: 'none' } }, 'none'],
  [
    'a list that was begun before the settling time',
    { reservation },
    { ...listed, begunAt: now + 9, found: { kind: 'same', id: 's1' } },
    'early',
  ],
  ['a deletion of what is not bound', {}, remove, 'none'],
  ['a deletion by another deployment', { binding }, { ...remove, stack: 'other' }, 'other'],
  ['a deletion at another gateway', { binding }, { ...remove, account: 'b' }, 'other'],
  ['a second deletion', { binding: { ...binding, removal } }, remove, 'early'],
  ['the absence of what is not bound', {}, { kind: 'vanished' }, 'none'],
  ['the connection of what needed no consent', { binding }, { kind: 'connected' }, 'none'],
  ['the connection of what is not bound', {}, { kind: 'connected' }, 'none'],
  ['the end of a deletion that was settled', { binding }, { kind: 'gone', epoch: 3 }, 'lost'],
  ['the end of a deletion of what is not bound', {}, { kind: 'kept', epoch: 3 }, 'lost'],
  [
    'the end of an earlier deletion',
    { binding: { ...binding, removal } },
    { kind: 'gone', epoch: 2 },
    'lost',
  ],
  [
    'the refusal of an earlier deletion',
    { binding: { ...binding, removal } },
    { kind: 'kept', epoch: 2 },
    'lost',
  ],
  [
    'a read without a deletion',
    { binding },
    { kind: 'read', begunAt: now, settlingMs: 0, isThere: true },
    'none',
  ],
  [
    'a read of what is not bound',
    {},
    { kind: 'read', begunAt: now, settlingMs: 0, isThere: true },
    'none',
  ],
  [
    'a read that was begun before the settling time',
    { binding: { ...binding, removal } },
    { kind: 'read', begunAt: now + 9, settlingMs: 10, isThere: false },
    'early',
  ],
])('%s is refused', (_, state, event, why) => {
  expect(decide(state, event)).toEqual({ ok: false, why });
});

test('an answer with the id writes the id, then the binding, and removes the reservation last', () => {
  const event = {
    kind: 'answered',
    attempt,
    id: 's1',
    consentUrl: 'https://c.test',
    binding: fresh,
  } as const;
  expect(decide({ reservation }, event)).toEqual({
    ok: true,
    writes: [
      {
        item: 'reservation',
        value: { ...reservation, state: 'created', id: 's1', consentUrl: 'https://c.test' },
      },
      { item: 'binding', value: { ...binding, consentUrl: 'https://c.test' } },
      { item: 'reservation' },
    ],
  });
});

test.each(['https://c.test', undefined])(
  'an id that was noted is bound by any list',
  (consentUrl) => {
    const created: Reservation = { ...reservation, state: 'created', id: 's1' };
    const consent = consentUrl === undefined ? {} : { consentUrl };
    const decision = decide(
      { reservation: { ...created, ...consent } },
      { ...listed, begunAt: now, found: { kind: 'none' } },
    );
    expect(decision).toEqual({
      ok: true,
      writes: [{ item: 'binding', value: { ...binding, ...consent } }, { item: 'reservation' }],
    });
  },
);

test('the address for consent goes once the server is connected', () => {
  const state = { binding: { ...binding, consentUrl: 'https://c.test' } };
  expect(decide(state, { kind: 'connected' })).toEqual({
    ok: true,
    writes: [{ item: 'binding', value: binding }],
  });
});

test('lists that others read while the request was under way do not settle it', () => {
  const later = new Date(now + 5).toISOString();
  const seen: Reservation = { ...reservation, looks: 1 };
  const event = { kind: 'unknown', attempt, state: 'unsure', at: later, reason } as const;
  const unsure: Reservation = { ...reservation, state: 'unsure', looks: 0, at: later, reason };
  expect(decide({ reservation: seen }, event)).toEqual({
    ok: true,
    writes: [{ item: 'reservation', value: unsure }],
  });
  const none = { ...listed, found: { kind: 'none' } } as const;
  expect(decide({ reservation: unsure }, none)).toEqual({ ok: false, why: 'early' });
});

test('an answer with a server that may be another’s is for a person at once, and never bound', () => {
  const event = { kind: 'unknown', attempt, state: 'person', at, reason } as const;
  const person: Reservation = { ...reservation, state: 'person', reason };
  const left = { ok: true, writes: [{ item: 'reservation', value: person }] };
  expect(decide({ reservation }, event)).toEqual(left);
  const same = { ...listed, found: { kind: 'same', id: 's1' } } as const;
  expect(decide({ reservation: person }, same)).toEqual(left);
});

test('the end of a request that others settled makes a free label unsure again, for lists of later', () => {
  const later = new Date(now + 5).toISOString();
  const unsure: Reservation = { ...reservation, state: 'unsure', at: later };
  const id = { kind: 'answered', attempt, id: 's1', binding: { ...fresh, at: later } } as const;
  expect(decide({}, id)).toEqual({ ok: true, writes: [{ item: 'reservation', value: unsure }] });
  const cut = { kind: 'unknown', attempt, state: 'unsure', at: later, reason } as const;
  expect(decide({}, cut)).toEqual({
    ok: true,
    writes: [{ item: 'reservation', value: { ...unsure, reason } }],
  });
});

test('an id that others found and bound meanwhile is bound', () => {
  const event = { kind: 'answered', attempt, id: 's1', binding: fresh } as const;
  expect(decide({ binding }, event)).toEqual({ ok: true, writes: [] });
});

test('a binding has the fields that were sent on create, whichever way the id became known', () => {
  const sent: Reservation = { ...reservation, createOnly: 'sent' };
  const write = { item: 'binding', value: { ...binding, createOnly: 'sent' } };
  const same = { kind: 'same', id: 's1' } as const;
  for (const [state, event] of [
    [
      sent,
      { kind: 'answered', attempt: { ...attempt, createOnly: 'sent' }, id: 's1', binding: fresh },
    ],
    [sent, { ...listed, found: same }],
    [
      { ...sent, state: 'created', id: 's1' },
      { ...listed, found: { kind: 'none' } },
    ],
  ] as const) {
    expect(decide({ reservation: state }, event)).toMatchObject({
      writes: expect.arrayContaining([write]),
    });
  }
});

test('a reservation beside a binding is removed', () => {
  const decision = decide({ reservation, binding }, { ...listed, found: { kind: 'none' } });
  expect(decision).toEqual({ ok: true, writes: [{ item: 'reservation' }] });
});

test('what was found is bound; what may be another’s is for a person, and never bound after that', () => {
  const same = { kind: 'same', id: 's1' } as const;
  expect(decide({ reservation }, { ...listed, found: same })).toEqual({
    ok: true,
    writes: [{ item: 'binding', value: binding }, { item: 'reservation' }],
  });
  const person: Reservation = { ...reservation, state: 'person', reason };
  const left = { ok: true, writes: [{ item: 'reservation', value: person }] };
  expect(decide({ reservation }, { ...listed, found: { kind: 'other', reason } })).toEqual(left);
  expect(decide({ reservation: person }, { ...listed, found: same })).toEqual(left);
  const unexplained: Reservation = { ...reservation, state: 'person' };
  expect(decide({ reservation: unexplained }, { ...listed, found: same })).toEqual({
    ok: true,
    writes: [{ item: 'reservation', value: unexplained }],
  });
});

test('a binding is its own only at the same gateway and in the same deployment', () => {
  expect(isOwn(binding, { account: 'a', stack: 'trueup' })).toBe(true);
  expect(isOwn(binding, { account: 'b', stack: 'trueup' })).toBe(false);
});

test.each<[string, Binding, LifecycleEvent]>([
  ['vanished', binding, { kind: 'vanished' }],
  ['was deleted', { ...binding, removal }, { kind: 'gone', epoch: 3 }],
  [
    'was deleted, as a later read shows',
    { ...binding, removal },
    { kind: 'read', begunAt: now + 10, settlingMs: 10, isThere: false },
  ],
])('of a server that %s no reservation is left to bind its id again', (_, bound, event) => {
  const created: Reservation = { ...reservation, state: 'created', id: 's1' };
  expect(decide({ reservation: created, binding: bound }, event)).toEqual({
    ok: true,
    writes: [{ item: 'reservation' }, { item: 'binding' }],
  });
});

test('a server that is not there any more is bound no longer', () => {
  expect(decide({ binding }, { kind: 'vanished' })).toEqual({
    ok: true,
    writes: [{ item: 'binding' }],
  });
});
