import { describe, expect, test } from '@jest/globals';
import { isVendorError, VendorError } from '../../../lib/model/errors/vendor-error.ts';

describe('VendorError', () => {
  test('of a status has it in its code, and when to try again', () => {
    const error = new VendorError('status', 'put', 'no', { status: 429, retryAfterMs: 1000 });
    expect(error).toMatchObject({ code: 'http-429', operation: 'put', retryAfterMs: 1000 });
    expect(isVendorError(error)).toBe(true);
  });

  test('of a status that is missing has 0 in its code', () => {
    expect(new VendorError('status', 'get', 'no').code).toBe('http-0');
  });

  test('of another kind has the kind as its code', () => {
    expect(new VendorError('timeout', 'list', 'no').code).toBe('timeout');
    expect(isVendorError(new Error('no'))).toBe(false);
  });
});
