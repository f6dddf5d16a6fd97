import type { Outcome } from '../outcome.ts';

/**
 * Why a server could not be kept true, or a pass ended: a few reasons that are counted as metrics for a whole fleet.
 *
 * | word          | codes of reasons |
 * |---------------|------------------|
 * | `rejected` | `http-4xx` other than those below, `conflict`: the vendor rejects this declaration |
 * | `throttled`   | `http-429` |
 * | `vendor`      | `http-408`, `http-5xx`, `timeout`, `cut`, `body`, `body-...`, `list-incomplete`: an outage, or no valid answer |
 * | `upstream`    | `upstream`: the server behind the gateway failed |
 * | `network` | `no-route`, `tls`, `redirect`, `host`: the request was not sent, or did not reach the gateway |
 * | `signIn`      | `http-401`, `token`, `needs-login` |
 * | `secret`      | `secret-...`: a server's secret is missing, denied, or not as declared |
 * | `declaration` | `invalid`, `invalid-connection`, `older-generation`, `name-taken`, `would-clear` |
 * | `notApplied` | `not-applied`, `not-kept`, `undecided`: answered 200, but not applied, or not known to be |
 * | `missing`     | `missing`: the vendor has no such server |
 * | `backingOff` | `backing-off`: the connection failed before, and no request is sent to it yet |
 * | `interrupted` | `aborted`, `deadline`, `lease-lost`, `no-progress`, `redeclared`, `stopped`: another pass continues |
 * | `store`       | `store-...`, `lost-update`: tables or secrets of the deployment |
 * | `other`       | any other code |
 */
export const failureReasons = [
  'rejected',
  'throttled',
  'vendor',
  'upstream',
  'network',
  'signIn',
  'secret',
  'declaration',
  'notApplied',
  'missing',
  'backingOff',
  'interrupted',
  'store',
  'other',
] as const;

export type FailureReason = (typeof failureReasons)[number];

const byCode: Readonly<Record<string, FailureReason>> = {
  'http-401': 'signIn',
  'http-408': 'vendor',
  'http-429': 'throttled',
  timeout: 'vendor',
  cut: 'vendor',
  body: 'vendor',
  upstream: 'upstream',
  conflict: 'rejected',
  'no-route': 'network',
  tls: 'network',
  redirect: 'network',
  host: 'network',
  token: 'signIn',
  'needs-login': 'signIn',
  invalid: 'declaration',
  'invalid-connection': 'declaration',
  'older-generation': 'declaration',
  'name-taken': 'declaration',
  'list-incomplete': 'vendor',
  'would-clear': 'declaration',
  'not-applied': 'notApplied',
  'not-kept': 'notApplied',
  undecided: 'notApplied',
  missing: 'missing',
  'backing-off': 'backingOff',
  aborted: 'interrupted',
  deadline: 'interrupted',
  'lease-lost': 'interrupted',
  'no-progress': 'interrupted',
  redeclared: 'interrupted',
  stopped: 'interrupted',
  'lost-update': 'store',
};

const byBeginning: readonly (readonly [begin: string, reason: FailureReason])[] = [
  ['http-4', 'rejected'],
  ['http-5', 'vendor'],
  ['body-', 'vendor'],
  ['secret-', 'secret'],
  ['store-', 'store'],
];

/** Codes that are listed one by one; all others are matched by their prefix. */
export const reasonCodes: readonly string[] = Object.keys(byCode);

/** The counted reason for a code. */
export function failureReason(code: string): FailureReason {
  if (Object.hasOwn(byCode, code)) return byCode[code] as FailureReason;
  return byBeginning.find(([begin]) => code.startsWith(begin))?.[1] ?? 'other';
}

/** Outcomes in which Trueup cannot keep a server true. */
export const failureOutcomes: ReadonlySet<Outcome> = new Set([
  'invalid',
  'missing',
  'failed',
  'refused',
  'waiting',
]);

/** Outcomes in which a server is known to differ from its declaration, or may. */
export const differing: ReadonlySet<Outcome> = new Set([
  'held',
  'failed',
  'refused',
  'waiting',
  'reported',
]);
