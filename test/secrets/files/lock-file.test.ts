import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { withLock } from '../../../lib/secrets/files/lock-file.ts';
import { temporaryFolder, type TemporaryFolder } from '../../support/temporary-folder.ts';

const script = join(import.meta.dirname, 'lock-child.ts');

describe('The lock between processes', () => {
  let folder: TemporaryFolder;
  let lock: string;
  const children: ChildProcess[] = [];
  beforeEach(async () => {
    folder = await temporaryFolder();
    lock = join(folder.path, 'lock');
  });
  afterEach(async () => {
    for (const child of children.splice(0)) child.kill('SIGKILL');
    await folder.remove();
  });

  const start = (what: string, times = 1) => {
    const argv = [script, what, folder.path, String(times)];
    const child = spawn(process.execPath, argv, { stdio: ['ignore', 'pipe', 'inherit'] });
    children.push(child);
    return child;
  };

  test('three processes count to 600 without losing one', async () => {
    await folder.write('counter', '0');
    const ends = [1, 2, 3].map(() => once(start('count', 200), 'exit'));
    expect(await Promise.all(ends)).toEqual([1, 2, 3].map(() => [0, null]));
    expect(await readFile(join(folder.path, 'counter'), 'utf8')).toBe('600');
  });

  test('is waited for, and free once its process was killed', async () => {
    const child = start('hang');
    await once(child.stdout, 'data');
    const busy = { code: 'store-busy', message: expect.stringContaining(lock) };
    expect(() => withLock(lock, () => 'done', 50)).toThrow(expect.objectContaining(busy));
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(withLock(lock, () => 'done', 50)).toBe('done');
  });

  test('is released when the work throws', () => {
    const fails = () =>
      withLock(lock, () => {
        throw new Error('on purpose');
      });
    expect(fails).toThrow('on purpose');
    expect(withLock(lock, () => 'done', 50)).toBe('done');
  });

  test('that cannot be made is a StoreError', async () => {
    await folder.write('file', '');
    const inFile = () => withLock(join(folder.path, 'file', 'lock'), () => 'done');
    expect(inFile).toThrow('EEXIST');
    const inFolder = () => withLock(folder.path, () => 'done');
    expect(inFolder).toThrow(expect.objectContaining({ code: 'store-denied' }));
  });
});
