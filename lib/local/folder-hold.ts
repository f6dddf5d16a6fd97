import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isRecord } from './aws/aws-json.ts';

/** Another process uses this folder. */
export class FolderInUse extends Error {
  readonly folder: string;
  readonly pid: number;

  constructor(folder: string, pid: number) {
    super(`${folder} is in use by process ${pid}`);
    this.name = 'FolderInUse';
    this.folder = folder;
    this.pid = pid;
  }
}

/**
 * Creates the folder (mode 0700) and locks it for this process; returns a function that unlocks it. The lock of a process that
 * has ended does not count.
 *
 * @throws FolderInUse
 */
export function holdFolder(folder: string): () => void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const file = join(folder, 'holder');
  if (!take(file)) {
    const pid = Number.parseInt(readFileSync(file, 'utf8'), 10);
    if (isAlive(pid)) throw new FolderInUse(folder, pid);
    rmSync(file, { force: true });
    if (!take(file)) throw new FolderInUse(folder, pid);
  }
  return () => rmSync(file, { force: true });
}

function take(file: string): boolean {
  try {
    writeFileSync(file, String(process.pid), { flag: 'wx', mode: 0o600 });
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw error;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return codeOf(error) === 'EPERM';
  }
}

const codeOf = (error: unknown) => (isRecord(error) ? error['code'] : undefined);
