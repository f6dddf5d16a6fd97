import { expect, test } from '@jest/globals';
import { TrueupError } from '../../../lib/model/errors/errors.ts';
import {
  VendorError,
  isVendorError,
  vendorProblem,
} from '../../../lib/model/errors/vendor-error.ts';

const context = { call: 'PUT /servers/a' };

test.each([
  [
    'a status with a reason',
    new VendorError('status', 'put', 'no', { status: 403, context }),
    'http-403',
    'PUT /servers/a answered HTTP 403: no',
  ],
  [
    'a status without one',
    new VendorError('status', 'put', 'HTTP 403 without a reason', { status: 403, context }),
    'http-403',
    'PUT /servers/a answered HTTP 403 without a reason',
  ],
  [
    'no status',
    new VendorError('status', 'put', 'no', { context }),
    'http-0',
    'PUT /servers/a: no',
  ],
  [
    'a page',
    new VendorError('body', 'put', 'HTTP 200 with an HTML page', { fault: 'html', context }),
    'body-html',
    'PUT /servers/a answered HTTP 200 with an HTML page',
  ],
  [
    'no answer',
    new VendorError('timeout', 'put', 'no answer within 15 s', { context }),
    'timeout',
    'PUT /servers/a: no answer within 15 s',
  ],
  ['no call', new VendorError('token', 'token', 'secret a is empty'), 'token', 'secret a is empty'],
])('what happened is said with the call and the HTTP status: %s', (_, error, code, problem) => {
  expect(error.code).toBe(code);
  expect(vendorProblem(error)).toBe(problem);
});

test.each<[string, unknown, boolean]>([
  ['a failed call', new VendorError('cut', 'get', 'reset'), true],
  ['another error of Trueup', new TrueupError('cut', 'reset'), false],
  ['any error', new Error('reset'), false],
  ['what is not an error', { kind: 'cut', operation: 'get' }, false],
])('a vendor error is known as one: %s', (_, error, isOne) => {
  expect(isVendorError(error)).toBe(isOne);
});
