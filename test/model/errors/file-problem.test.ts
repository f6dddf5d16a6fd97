import { describe, expect, test } from '@jest/globals';
import { systemCode, fileError, fileProblem } from '../../../lib/model/errors/file-problem.ts';
import { LostUpdateError, StoreError } from '../../../lib/model/errors/store-error.ts';

describe('Errors about files', () => {
  test('have a path, a code and a predicate', () => {
    const error = fileProblem('store-busy', '/s/a.json', 'is locked', { pid: 7 });
    expect(error).toBeInstanceOf(StoreError);
    expect(error).toMatchObject({
      code: 'store-busy',
      message: '/s/a.json is locked',
      context: { path: '/s/a.json', pid: 7 },
    });
  });

  test.each([
    ['EACCES', 'store-denied'],
    ['EPERM', 'store-denied'],
    ['EROFS', 'store-denied'],
    ['ENOSPC', 'store-failed'],
  ])('%s is %s', (code, expected) => {
    const { code: found, message } = fileError('/s/a', 'cannot be written', { code });
    expect([found, message]).toEqual([expected, `/s/a cannot be written: ${code}`]);
  });

  test('an error that is one already stays as it is', () => {
    const error = fileProblem('store-failed', '/s/a', 'is damaged');
    expect(fileError('/s/b', 'cannot be read', error)).toBe(error);
  });

  test.each([undefined, 'text', {}, { code: 7 }])('without a code: %j', (error) => {
    expect(systemCode(error)).toBeUndefined();
    expect(fileError('/s/a', 'cannot be read', error).message).toBe(
      '/s/a cannot be read: unknown error',
    );
  });

  test('a lost update is not a store that failed', () => {
    expect(new LostUpdateError('lost-update', 'changed meanwhile')).not.toBeInstanceOf(StoreError);
  });
});
