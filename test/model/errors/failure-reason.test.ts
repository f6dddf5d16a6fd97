import { describe, expect, test } from '@jest/globals';
import { failureReason, failureReasons } from '../../../lib/model/errors/failure-reason.ts';

describe('a failure is counted by few words', () => {
  test.each([
    ['http-400', 'rejected'],
    ['http-403', 'rejected'],
    ['http-409', 'rejected'],
    ['http-422', 'rejected'],
    ['http-429', 'throttled'],
    ['http-401', 'signIn'],
    ['token', 'signIn'],
    ['needs-login', 'signIn'],
    ['http-408', 'vendor'],
    ['http-503', 'vendor'],
    ['timeout', 'vendor'],
    ['cut', 'vendor'],
    ['body', 'vendor'],
    ['body-html', 'vendor'],
    ['no-route', 'network'],
    ['tls', 'network'],
    ['redirect', 'network'],
    ['host', 'network'],
    ['secret-missing', 'secret'],
    ['secret-denied', 'secret'],
    ['secret-key', 'secret'],
    ['secret-unavailable', 'secret'],
    ['invalid', 'declaration'],
    ['invalid-connection', 'declaration'],
    ['older-generation', 'declaration'],
    ['not-applied', 'notApplied'],
    ['not-kept', 'notApplied'],
    ['undecided', 'notApplied'],
    ['missing', 'missing'],
    ['backing-off', 'backingOff'],
    ['aborted', 'interrupted'],
    ['deadline', 'interrupted'],
    ['lease-lost', 'interrupted'],
    ['redeclared', 'interrupted'],
    ['stopped', 'interrupted'],
    ['store-throttled', 'store'],
    ['lost-update', 'store'],
    ['http-0', 'other'],
    ['constructor', 'other'],
    ['something new', 'other'],
  ])('%s is %s', (code, reason) => {
    expect(failureReason(code)).toBe(reason);
    expect(failureReasons).toContain(reason);
  });
});
