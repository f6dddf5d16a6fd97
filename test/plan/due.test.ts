import { describe, expect, test } from '@jest/globals';
import type { AttemptKey, Retry } from '../../lib/model/ledger.types.ts';
import {
  isDue,
  nextAttemptOf,
  nextAttemptOfConnection,
  stoppedAgain,
  withoutConnectionWait,
  withoutWait,
} from '../../lib/plan/due.ts';
import { hour, iso, now, recordOf } from './support/builders.ts';

const unattended = { now, attended: false };
const attended = { now, attended: true };
const later = iso(now + hour);
const wait = { attempts: 1, notBefore: later, key: 'k' };
const stopped = { ...wait, outcome: 'failed' } as const;

/** An attempt with a version of the secret to sign in with. */
const signedIn = (credential?: string) => ({ key: 'k', ...(credential && { credential }) });

describe('what failed is tried again', () => {
  const rows: [string, Retry, AttemptKey, typeof attended, boolean][] = [
    ['when its time has come', { ...wait, notBefore: iso(now) }, { key: 'k' }, unattended, true],
    ['when what is declared has changed', wait, { key: 'another' }, unattended, true],
    [
      'when the sign-in has changed',
      { ...wait, ...signedIn('1') },
      signedIn('2'),
      unattended,
      true,
    ],
    [
      'not while the sign-in is not known',
      { ...wait, ...signedIn('1') },
      signedIn(),
      unattended,
      false,
    ],
    ['not when the sign-in becomes known', wait, signedIn('1'), unattended, false],
    ['not by an unattended pass before', wait, { key: 'k' }, unattended, false],
    ['by a person before', wait, { key: 'k' }, attended, true],
    [
      'not by a person within a Retry-After',
      { ...wait, retryAfter: later },
      { key: 'k' },
      attended,
      false,
    ],
    [
      'by a person after a Retry-After',
      { ...wait, retryAfter: iso(now) },
      { key: 'k' },
      attended,
      true,
    ],
  ];
  test.each(rows)('%s', (_, one, key, asking, due) => {
    expect(isDue(one, () => key, asking)).toBe(due);
  });
});

describe('what was turned down again', () => {
  test('waits twice as long each time, under the same key', () => {
    const first = stoppedAgain(undefined, 'failed', { key: 'k' }, now);
    expect(first).toEqual({ outcome: 'failed', attempts: 1, notBefore: later, key: 'k' });
    const second = stoppedAgain(first, 'failed', { key: 'k' }, now + hour);
    expect(second).toMatchObject({ attempts: 2, notBefore: iso(now + 3 * hour) });
    expect(stoppedAgain(second, 'failed', { key: 'another' }, now)).toMatchObject({ attempts: 1 });
  });

  test('before its time, because a person asked, is no later for that', () => {
    const key = signedIn('1');
    expect(stoppedAgain(stopped, 'refused', key, now)).toEqual({
      ...stopped,
      ...key,
      outcome: 'refused',
    });
  });
});

describe('a record without its wait', () => {
  test('waits no longer, and its refusal is due', () => {
    const due = withoutWait(recordOf({ stopped, retry: wait }), now);
    expect(due).not.toHaveProperty('retry');
    expect(due?.stopped && isDue(due.stopped, () => ({ key: 'k' }), unattended)).toBe(true);
  });

  test.each([
    ['nothing failed', {}],
    ['a Retry-After has not ended', { retry: { ...wait, retryAfter: later } }],
  ])('stays as it is where %s', (_, more) => {
    expect(withoutWait(recordOf(more), now)).toBeUndefined();
  });
});

test('plans and reports say when it is tried again, and what tries it at once', () => {
  const atOnce = '`trueup retry`; a change of its declaration, secrets, policy or sign-in';
  expect(nextAttemptOf('failed', { stopped })).toEqual({ nextAttempt: later, atOnce });
  expect(nextAttemptOf('refused', undefined)).toEqual({ atOnce });
  expect(nextAttemptOf('waiting', { retry: wait })).toEqual({ nextAttempt: later, atOnce });
  expect(nextAttemptOf('waiting', { retry: { ...wait, retryAfter: later } }).atOnce).toMatch(
    /^after its Retry-After `trueup retry`/,
  );
  expect(nextAttemptOf('waiting', {})).toEqual({});
  expect(nextAttemptOf('waiting', undefined)).toEqual({});
  expect(nextAttemptOf('inSync', { stopped })).toEqual({});
});

test.each<[string, Retry, string]>([
  ['fails', wait, '`trueup retry`; a change of its declaration'],
  [
    'was refused',
    { ...wait, credential: '1' },
    '`trueup retry`; a change of its declaration or sign-in',
  ],
  [
    'has to wait',
    { ...wait, retryAfter: later },
    'after its Retry-After `trueup retry`; a change of its declaration',
  ],
  ['needs a login', { ...wait, state: 'needs-login', credential: '1' }, '`trueup login`'],
])('the same of a connection that %s', (_, retry, atOnce) => {
  const since = iso(now - hour);
  expect(nextAttemptOfConnection({ ...retry, since })).toEqual({
    since,
    nextAttempt: later,
    atOnce,
  });
  expect(nextAttemptOfConnection(retry)).toEqual({ nextAttempt: later, atOnce });
});

test('of a connection that does not fail there is nothing to say', () => {
  expect(nextAttemptOfConnection(undefined)).toEqual({});
});

test('a connection without its wait is tried at once, and keeps since when it fails', () => {
  const retry = { ...wait, since: iso(now - hour) };
  const due = withoutConnectionWait(retry, now);
  expect(due).toEqual({ ...retry, notBefore: iso(now), key: '' });
  expect(due && isDue(due, () => ({ key: 'k' }), unattended)).toBe(true);
  const held = { ...retry, retryAfter: later };
  expect(withoutConnectionWait(held, now)).toBe(held);
  expect(withoutConnectionWait(undefined, now)).toBeUndefined();
});
