import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { withLock } from '../../lib/files/lock-file.ts';
import { temporaryFolder, type TemporaryFolder } from './temporary-folder.ts';

const script = join(import.meta.dirname, 'lock-child.ts');
/** The number of no process: beyond what systems hand out. */
const deadPid = 2 ** 30;
const id = (n: number) => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;

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

  /** Runs children side by side to their ends. */
  const run = async (what: string, processes: number, times: number) => {
    const codes = Array.from({ length: processes }, async () => {
      const child = start(what, times);
      const [code] = (await once(child, 'exit')) as [number | null];
      return code;
    });
    expect(await Promise.all(codes)).toEqual(Array.from({ length: processes }, () => 0));
  };
  const start = (what: string, times = 1) => {
    const argv = [script, what, folder.path, String(times)];
    const child = spawn(process.execPath, argv, { stdio: ['ignore', 'pipe', 'inherit'] });
    children.push(child);
    return child;
  };
  const hold = (holder: object, path = lock) =>
    folder.write(path.slice(folder.path.length + 1), JSON.stringify(holder));
  const dead = (n = 1) => ({ pid: deadPid, host: hostname(), at: Date.now(), id: id(n) });

  test('three processes count to 600 without losing one', async () => {
    await folder.write('counter', '0');
    await run('count', 3, 200);
    expect(await readFile(join(folder.path, 'counter'), 'utf8')).toBe('600');
    expect(await readdir(folder.path)).toEqual(['counter']);
  }, 60_000);

  test('a holder that was killed is taken over from, by whoever comes first', async () => {
    const child = start('hang');
    while (!existsSync(lock)) await sleep(10);
    const late = withLock(lock, () => 'done', 50);
    await expect(late).rejects.toMatchObject({ code: 'store-busy', context: { pid: child.pid } });
    child.kill('SIGKILL');
    await once(child, 'exit');
    await folder.write('counter', '0');
    await run('count', 2, 20);
    expect(await readFile(join(folder.path, 'counter'), 'utf8')).toBe('40');
  }, 60_000);

  test('many processes that find the same stale lock lose no count', async () => {
    await folder.write('counter', '0');
    await hold(dead());
    await run('count', 4, 30);
    expect(await readFile(join(folder.path, 'counter'), 'utf8')).toBe('120');
    expect(await readdir(folder.path)).toEqual(['counter']);
  }, 60_000);

  test('a remover that died in the middle is taken over from too', async () => {
    await hold(dead(1));
    await hold(dead(2), `${lock}.${id(1)}`);
    expect(await withLock(lock, () => 'done')).toBe('done');
    expect(await readdir(folder.path)).toEqual([]);
  });

  const stale: [string, object][] = [
    ['from before the system’s start', { pid: 1, at: 0 }],
    ['of an earlier process of the same number', { pid: process.pid }],
  ];
  test.each(stale)('a lock %s is stale', async (_what, more) => {
    await hold({ ...dead(), ...more });
    expect(await withLock(lock, () => 'done', 50)).toBe('done');
  });

  const foreign: [string, object][] = [
    ['of another host', { host: 'elsewhere' }],
    ['that somebody wrote by hand', { id: '../../x' }],
    ['of a process that lives', { pid: process.ppid }],
  ];
  test.each(foreign)('a lock %s is waited for, and says what to do', async (_what, more) => {
    await hold({ ...dead(), ...more });
    const work = withLock(lock, () => 'done', 30);
    await expect(work).rejects.toThrow(/is locked by .*; if that is no trueup at work, remove/);
    expect(existsSync(lock)).toBe(true);
  });

  test('is released when the work throws, and when it was waited for', async () => {
    const fails = withLock(lock, () => {
      expect(JSON.parse(readFileSync(lock, 'utf8'))).toMatchObject({ pid: process.pid });
      throw new Error('on purpose');
    });
    await expect(fails).rejects.toThrow('on purpose');
    const many = Array.from({ length: 20 }, (_, n) => withLock(lock, () => n));
    expect(await Promise.all(many)).toHaveLength(20);
    expect(await readdir(folder.path)).toEqual([]);
  });
});
