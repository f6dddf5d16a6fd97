import { describe, expect, test } from '@jest/globals';
import {
  InvalidDeclarationError,
  TrueupError,
  formatIssue,
} from '../../../lib/model/errors/errors.ts';

describe('an error', () => {
  test('says what it is, where it happened and what caused it', () => {
    class SpecialError extends TrueupError {}
    const cause = new Error('below');
    const error = new SpecialError('special', 'it broke', { context: { server: 's1' }, cause });
    expect(error).toMatchObject({
      name: 'SpecialError',
      code: 'special',
      message: 'it broke',
      context: { server: 's1' },
      cause,
    });
    expect(error).toBeInstanceOf(Error);
  });

  test('has an empty context and no cause by default', () => {
    const error = new TrueupError('plain', 'it broke');
    expect(error.context).toEqual({});
    expect('cause' in error).toBe(false);
  });
});

describe('an invalid declaration', () => {
  const issue = { path: '/spec/name', problem: 'is empty', expected: 'give it a name' };
  const root = { path: '', problem: 'is no object', expected: 'expected an object' };

  test('lists everything that is wrong', () => {
    const error = new InvalidDeclarationError('acme', [root, issue], { table: 'Desired' });
    expect(error.message).toBe(
      'acme: (root): is no object; expected an object; /spec/name: is empty; give it a name',
    );
    expect(error).toMatchObject({
      code: 'invalid-declaration',
      issues: [root, issue],
      context: { table: 'Desired' },
    });
  });

  test('may say nothing of where', () => {
    expect(new InvalidDeclarationError('acme', [issue]).context).toEqual({});
    expect(formatIssue(issue)).toBe('/spec/name: is empty; give it a name');
  });
});
