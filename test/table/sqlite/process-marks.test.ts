import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, rmSync, statSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { processMarks } from '../../../lib/table/sqlite/process-marks.ts';
import type { ProcessMarks } from '../../../lib/table/sqlite/process-marks.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const child = join(import.meta.dirname, 'mark-child.ts');
/** Elsewhere nothing is known of another process, and leases expire. */
const isKnown = existsSync('/proc/sys/kernel/random/boot_id');
const inLinux = isKnown ? describe : describe.skip;

let folder: string;
let remove: () => Promise<void>;
let marks: ProcessMarks;
let processes: ChildProcess[];

beforeEach(async () => {
  ({ path: folder, remove } = await temporaryFolder());
  marks = processMarks(folder);
  processes = [];
});

afterEach(async () => {
  for (const one of processes) one.kill('SIGKILL');
  marks.close();
  await remove();
});

async function startProcess() {
  const started = spawn(process.execPath, [child, folder], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  processes.push(started);
  const [line] = (await once(started.stdout, 'data')) as [Buffer];
  return { started, mark: String(line).trim() };
}

async function kill(one: ChildProcess): Promise<void> {
  one.kill('SIGKILL');
  await once(one, 'close');
}

inLinux('The mark of a process', () => {
  test('shows that it lives, also while it is stopped, and that it has ended once it was killed', async () => {
    const { started, mark } = await startProcess();
    expect(marks.hasEnded(mark)).toBe(false);
    started.kill('SIGSTOP');
    expect(marks.hasEnded(mark)).toBe(false);
    await kill(started);
    expect(marks.hasEnded(mark)).toBe(true);
    expect(marks.hasEnded(mark)).toBe(true);
  });

  test('of this process shows that it lives, whichever part of it asks', () => {
    const mark = marks.own() ?? '';
    expect(marks.own()).toBe(mark);
    expect(marks.hasEnded(mark)).toBe(false);
    const other = processMarks(folder);
    expect(other.hasEnded(mark)).toBe(false);
    expect(other.own()).not.toBe(mark);
    expect(marks.hasEnded(mark)).toBe(false);
    other.close();
  });

  test('says nothing of a process that another boot, or another machine, has', async () => {
    const { started, mark } = await startProcess();
    await kill(started);
    const [, id] = mark.split('/');
    expect(marks.hasEnded(`00000000-0000-4000-8000-000000000000/${id}`)).toBe(false);
  });

  test('says nothing once its file is gone, or is no mark at all', async () => {
    const { started, mark } = await startProcess();
    await kill(started);
    rmSync(join(folder, 'processes', mark.split('/')[1] ?? ''));
    const boot = mark.split('/')[0] ?? '';
    for (const other of [mark, '', boot, `${boot}/`, `${boot}/../state.db`]) {
      expect(marks.hasEnded(other)).toBe(false);
    }
    expect(readdirSync(join(folder, 'processes'))).toEqual([]);
  });

  test('is for its owner alone, and gone with it', () => {
    const [, id = ''] = (marks.own() ?? '').split('/');
    const file = join(folder, 'processes', id);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    marks.close();
    expect(existsSync(file)).toBe(false);
  });

  test('is removed a day after a process was killed, and not of one that lives', async () => {
    const killed = await startProcess();
    await kill(killed.started);
    const alive = await startProcess();
    const fresh = await startProcess();
    await kill(fresh.started);
    const files = [killed, alive].map(({ mark }) => mark.split('/')[1] ?? '');
    for (const name of files) utimesSync(join(folder, 'processes', name), 1, 1);
    marks.own();
    marks.close();
    const left = [alive, fresh].map(({ mark }) => mark.split('/')[1] ?? '');
    expect(readdirSync(join(folder, 'processes')).toSorted()).toEqual(left.toSorted());
  });
});

test('where the system does not say which boot it is, a process has no mark', () => {
  expect(marks.own() !== undefined).toBe(isKnown);
});
