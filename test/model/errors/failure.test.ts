import { describe, expect, test } from '@jest/globals';
import {
  isDown,
  classifyFailure,
  mayHaveBeenApplied,
  wasNotProcessed,
  mayHaveReached,
} from '../../../lib/model/errors/failure.ts';
import type { Failure, FailureClass } from '../../../lib/model/errors/failure.ts';

const operations = ['list', 'get', 'put', 'token'] as const;

describe('a status', () => {
  test.each<[number, FailureClass]>([
    [400, 'terminal'],
    [402, 'terminal'],
    [403, 'terminal'],
    [405, 'terminal'],
    [410, 'terminal'],
    [422, 'terminal'],
    [409, 'conflict'],
    [404, 'missing'],
    [408, 'transient'],
    [429, 'transient'],
    [500, 'transient'],
    [501, 'transient'],
    [503, 'transient'],
    [505, 'transient'],
    [599, 'transient'],
    [401, 'connection'],
  ])('%d of one server is %s; of the list or the token, the connection’s', (status, expected) => {
    const classes = operations.map((operation) =>
      classifyFailure({ operation, kind: 'status', status }),
    );
    expect(classes).toEqual(['connection', expected, expected, 'connection']);
  });

  test('that is not known is terminal: nothing says that waiting would help', () => {
    expect(classifyFailure({ operation: 'put', kind: 'status' })).toBe('terminal');
  });
});

test.each<[number, number, FailureClass]>([
  [429, 60_000, 'transient'],
  [429, 60_001, 'connection'],
  [503, 900_000, 'transient'],
])('a %d that asks for %d ms is %s', (status, retryAfterMs, expected) => {
  expect(classifyFailure({ operation: 'put', kind: 'status', status, retryAfterMs })).toBe(
    expected,
  );
});

describe('without a status', () => {
  test.each<[Failure['kind'], FailureClass]>([
    ['upstream', 'transient'],
    ['conflict', 'conflict'],
    ['timeout', 'transient'],
    ['cut', 'transient'],
    ['body', 'transient'],
    ['no-route', 'connection'],
    ['tls', 'connection'],
    ['redirect', 'connection'],
    ['host', 'connection'],
    ['token', 'connection'],
    ['needs-login', 'connection'],
    ['aborted', 'connection'],
  ])('%s of one server is %s; of the list or the token, the connection’s', (kind, expected) => {
    const classes = operations.map((operation) => classifyFailure({ operation, kind }));
    expect(classes).toEqual(['connection', expected, expected, 'connection']);
  });
});

describe('a PUT may have been applied', () => {
  test.each<[Failure['kind'], number | undefined, boolean]>([
    ['upstream', 502, true],
    ['timeout', undefined, true],
    ['cut', undefined, true],
    ['body', undefined, true],
    ['aborted', undefined, true],
    ['status', 408, true],
    ['status', 500, true],
    ['status', 503, true],
    ['status', 400, false],
    ['status', 409, false],
    ['conflict', 400, false],
    ['status', 429, false],
    ['status', undefined, false],
    ['no-route', undefined, false],
    ['tls', undefined, false],
    ['redirect', undefined, false],
    ['host', undefined, false],
    ['token', undefined, false],
    ['needs-login', undefined, false],
  ])('after %s %s: %s', (kind, status, may) => {
    expect(mayHaveBeenApplied({ operation: 'put', kind, status })).toBe(may);
  });
});

test.each<[Failure['kind'], boolean]>([
  ['status', true],
  ['timeout', true],
  ['cut', true],
  ['body', true],
  ['redirect', true],
  ['conflict', true],
  ['aborted', true],
  ['no-route', false],
  ['tls', false],
  ['host', false],
  ['token', false],
  ['needs-login', false],
])('a request that failed with %s may have come to the host: %s', (kind, may) => {
  expect(mayHaveReached({ operation: 'put', kind, status: 204 })).toBe(may);
});

test.each([
  [4, 4, false],
  [5, 2, false],
  [5, 3, true],
  [6, 3, false],
])('of %i attempts %i transient: the connection is down: %s', (attempts, transient, down) => {
  expect(isDown(attempts, transient)).toBe(down);
});

test.each<[Failure['kind'], number | undefined, boolean]>([
  ['status', 400, true],
  ['status', 401, true],
  ['status', 409, true],
  ['status', 422, true],
  ['status', 429, true],
  ['conflict', 400, true],
  ['no-route', undefined, true],
  ['tls', undefined, true],
  ['host', undefined, true],
  ['token', undefined, true],
  ['needs-login', undefined, true],
  ['status', 408, false],
  ['status', 500, false],
  ['status', 503, false],
  ['status', undefined, false],
  ['upstream', 502, true],
  ['timeout', undefined, false],
  ['cut', undefined, false],
  ['body', undefined, false],
  ['redirect', 303, false],
  ['aborted', undefined, false],
])(
  'a request to create that failed with %s %s was surely not processed: %s',
  (kind, status, not) => {
    expect(wasNotProcessed({ operation: 'create', kind, status })).toBe(not);
  },
);

test('a request to delete that failed because of the server behind the gateway may have been processed', () => {
  expect(wasNotProcessed({ operation: 'delete', kind: 'upstream', status: 502 })).toBe(false);
});
