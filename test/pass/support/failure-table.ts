import type { Effect } from '../../../lib/local/gateways/misbehaviour.ts';
import type { BarndoorSimulator } from '../../../lib/local/gateways/barndoor/simulator.ts';
import { neighbourId } from './town.ts';

/*
 * The design's failure table: what a gateway answers, and what a pass makes of it. A server's own failures first, terminal, missing
 * and transient; then those of the connection.
 */

/** A row of the table. */
export interface Failure {
  readonly of: 'GET' | 'PUT';
  readonly what: string;
  readonly effect: Effect;
  readonly outcome: 'failed' | 'missing' | 'waiting';
  readonly code?: string;
  readonly next: 'in an hour' | 'when it is read again' | 'at notBefore' | 'in the next pass';
  /** Whether the PUT was applied all the same, so that the next list shows it. */
  readonly isApplied?: boolean;
  /** Whether it counts to the more than half of at least five attempts that end a pass. */
  readonly isCounted: boolean;
  /** How often it is asked in one pass. Defaults to once. */
  readonly attempts?: number;
}

export const answer = (code: number, more: object = {}): Effect => ({
  kind: 'status',
  status: code,
  ...more,
});
const terminal = { outcome: 'failed', next: 'in an hour', isCounted: false } as const;
const conflict = { ...terminal, attempts: 2 } as const;
const missing = { outcome: 'missing', next: 'in the next pass', isCounted: false } as const;
const transient = { outcome: 'waiting', next: 'at notBefore', isCounted: true } as const;
const another = (value: string): Effect => ({ kind: 'mask', field: 'id', value });

export const failures: readonly Failure[] = [
  // terminal for this declaration
  { of: 'PUT', what: '400', effect: answer(400), code: 'http-400', ...terminal },
  { of: 'PUT', what: '403', effect: answer(403), code: 'http-403', ...terminal },
  { of: 'PUT', what: '422', effect: answer(422), code: 'http-422', ...terminal },
  {
    of: 'PUT',
    what: '422 with a Retry-After',
    effect: answer(422, { retryAfter: 1 }),
    ...terminal,
  },
  { of: 'PUT', what: '409', effect: answer(409), code: 'http-409', ...conflict },
  {
    of: 'PUT',
    what: '409 with a Retry-After',
    effect: answer(409, { retryAfter: 1 }),
    ...conflict,
  },
  {
    of: 'GET',
    what: '403',
    effect: answer(403),
    code: 'http-403',
    ...terminal,
    next: 'when it is read again',
  },
  // missing
  { of: 'PUT', what: '404', effect: answer(404), ...missing },
  { of: 'GET', what: '404', effect: answer(404), ...missing },
  // transient
  { of: 'PUT', what: '408', effect: answer(408), code: 'http-408', ...transient },
  { of: 'PUT', what: '429', effect: answer(429), code: 'http-429', ...transient },
  { of: 'PUT', what: '500', effect: answer(500), code: 'http-500', ...transient },
  { of: 'PUT', what: '503', effect: answer(503), code: 'http-503', ...transient },
  { of: 'PUT', what: 'a cut connection', effect: { kind: 'cut' }, code: 'cut', ...transient },
  { of: 'PUT', what: 'HTML for JSON', effect: { kind: 'html' }, code: 'body-html', ...transient },
  { of: 'PUT', what: 'no answer', effect: { kind: 'hang' }, code: 'timeout', ...transient },
  { of: 'PUT', what: 'too long an answer', effect: { kind: 'huge', bytes: 100_000 }, ...transient },
  {
    of: 'PUT',
    what: 'another server',
    effect: another(neighbourId),
    ...transient,
    isApplied: true,
  },
  { of: 'PUT', what: 'an empty answer', effect: answer(200, { body: '' }), ...transient },
  { of: 'PUT', what: 'a list', effect: answer(200, { body: [] }), ...transient },
  { of: 'GET', what: '503', effect: answer(503), code: 'http-503', ...transient, attempts: 3 },
  { of: 'GET', what: 'a cut connection', effect: { kind: 'cut' }, ...transient, attempts: 3 },
  { of: 'GET', what: 'no answer', effect: { kind: 'hang' }, ...transient },
  {
    of: 'GET',
    what: '404 with a page of a proxy',
    effect: { kind: 'html', status: 404 },
    ...transient,
    attempts: 3,
  },
  { of: 'GET', what: 'another server', effect: another(neighbourId), ...transient },
];

/** What a connection's list is answered with, the code of the reason, and how often it is asked. */
export const listFailures: readonly (readonly [
  what: string,
  effect: Effect,
  code: string,
  calls: number,
])[] = [
  ['a redirect', { kind: 'redirect', to: 'https://sso.example/' }, 'redirect', 1],
  ['a page of a proxy', { kind: 'html' }, 'body-html', 3],
  ['404', answer(404), 'http-404', 1],
  ['403', answer(403), 'http-403', 1],
  ['503', answer(503), 'http-503', 3],
  ['a cut', { kind: 'cut' }, 'cut', 3],
  ['no answer', { kind: 'hang' }, 'timeout', 1],
  ['too long an answer', { kind: 'huge', bytes: 100_000 }, 'body-size', 1],
  ['no list', answer(200, { body: { data: 5 } }), 'body', 1],
];

/** A way in which a connection is down as a whole. */
export interface Way {
  readonly name: string;
  readonly bring: (vendor: BarndoorSimulator) => unknown;
  /** Calls that its pass makes before it ends, at four requests at a time. */
  readonly list: number;
  readonly put: number;
  readonly code: string;
}

const whole = (effect: Effect) => (vendor: BarndoorSimulator) =>
  vendor.misbehave({ operation: 'list', effect });
const puts = (effect: Effect) => (vendor: BarndoorSimulator) =>
  vendor.misbehave({ method: 'PUT', effect });

/** GETs are repeated twice within an attempt, PUTs are not. Of PUTs five have to fail, while three more are under way. */
export const ways: readonly Way[] = [
  { name: 'no route', bring: (vendor) => vendor.close(), list: 3, put: 0, code: 'no-route' },
  ...[500, 502, 503, 504].map((status) => ({
    name: `${status} on its list`,
    bring: whole({ kind: 'status', status }),
    list: 3,
    put: 0,
    code: `http-${status}`,
  })),
  { name: 'its list is cut off', bring: whole({ kind: 'cut' }), list: 3, put: 0, code: 'cut' },
  { name: 'its list hangs', bring: whole({ kind: 'hang' }), list: 1, put: 0, code: 'timeout' },
  {
    name: '429 on its list',
    bring: whole({ kind: 'status', status: 429, retryAfter: 60 }),
    list: 1,
    put: 0,
    code: 'http-429',
  },
  { name: '401', bring: whole({ kind: 'expired' }), list: 2, put: 0, code: 'http-401' },
  {
    name: '503 on every PUT',
    bring: puts({ kind: 'status', status: 503 }),
    list: 1,
    put: 8,
    code: 'http-503',
  },
  {
    name: '429 on every PUT',
    bring: puts({ kind: 'status', status: 429 }),
    list: 1,
    put: 8,
    code: 'http-429',
  },
  { name: 'every PUT is cut off', bring: puts({ kind: 'cut' }), list: 1, put: 8, code: 'cut' },
  { name: 'every PUT hangs', bring: puts({ kind: 'hang' }), list: 1, put: 8, code: 'timeout' },
  {
    name: 'a page of a proxy for every PUT',
    bring: puts({ kind: 'html', status: 502 }),
    list: 1,
    put: 8,
    code: 'http-502',
  },
];
