import { describe, expect, test } from '@jest/globals';
import { glob, readFile } from 'node:fs/promises';
import { explain } from '../../../lib/cli/errors/explain.ts';
import { fileProblem } from '../../../lib/model/errors/file-problem.ts';
import type { FileErrorCode } from '../../../lib/model/errors/file-problem.ts';
import { StoreError } from '../../../lib/model/errors/store-error.ts';
import { VendorError } from '../../../lib/model/errors/vendor-error.ts';
import type { VendorErrorKind } from '../../../lib/model/errors/vendor-error.ts';

describe('an error tells the next step', () => {
  test.each<FileErrorCode>([
    'store-denied',
    'store-absent',
    'store-busy',
    'store-malformed',
    'store-too-large',
    'store-failed',
  ])('of a file, nothing about AWS: %s', (code) => {
    const { lines, exitCode, next } = explain(fileProblem(code, 'secrets.json', 'is wrong'));
    expect(lines[0]).toBe('error: secrets.json is wrong');
    expect(next).not.toMatch(/AWS|--profile|--region|doctor/);
    expect(exitCode).toBe(1);
  });

  test.each(['store-denied', 'store-absent', 'store-unreachable', 'store-throttled'])(
    'of AWS: %s',
    (code) => {
      const { next } = explain(new StoreError(code, 'no', { context: { table: 'Desired' } }));
      expect(next).not.toContain('trueup doctor');
      expect(next.length).toBeGreaterThan(10);
    },
  );

  test.each<VendorErrorKind>(['status', 'no-route', 'host', 'needs-login'])(
    'of the vendor, with the connection: %s',
    (kind) => {
      const context = { connection: 'acme' };
      const { lines, next } = explain(new VendorError(kind, 'list', 'it failed', { context }));
      expect(lines[0]).toBe('error: acme: it failed');
      expect(next).toMatch(/\w{3}/);
    },
  );

  test('of a token endpoint that nobody answers at, not of baseUrl', () => {
    const context = { connection: 'acme' };
    const message = 'no connection (ECONNREFUSED)';
    const of = (operation: 'token' | 'list') =>
      explain(new VendorError('no-route', operation, message, { context })).lines;
    expect(of('token')).toEqual([
      'error: acme: the token endpoint: no connection (ECONNREFUSED)',
      'next: check tokenUrl and the network',
    ]);
    expect(of('list')).toEqual([
      'error: acme: no connection (ECONNREFUSED)',
      'next: check baseUrl and the network',
    ]);
  });

  test('with the connection in it, where it is known', () => {
    const error = new VendorError('needs-login', 'token', 'it is over', {
      context: { connection: 'acme' },
    });
    expect(explain(error).next).toBe('`trueup login acme`');
    expect(explain(new VendorError('needs-login', 'token', 'it is over')).next).toBe(
      '`trueup login CONNECTION`',
    );
  });

  test('of anything else, too', () => {
    for (const error of [new Error('boom'), 'boom', undefined, null]) {
      const { lines, exitCode } = explain(error);
      expect(lines.at(-1)).toMatch(/^next: /);
      expect(exitCode).toBe(1);
    }
  });

  test('is written wherever the command line prints an error by itself', async () => {
    const bare: string[] = [];
    for await (const file of glob('lib/cli/**/*.ts')) {
      const text = await readFile(file, 'utf8');
      if (/['`]error: /.test(text) && !/['`]next: /.test(text)) bare.push(file);
    }
    expect(bare).toEqual([]);
  });
});
