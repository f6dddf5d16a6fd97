import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { statSync, statfsSync, writeFileSync } from 'node:fs';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { pathToFileURL } from 'node:url';
import { makeStateFolder } from './state-folder.ts';

/** Whether other processes that work on the same folder have ended. */
export interface ProcessMarks {
  /** This process, as others can look it up; undefined where that cannot be known for certain. */
  readonly own: () => string | undefined;
  /** Whether the process with this mark has ended: true only if that is certain. */
  readonly hasEnded: (mark: string) => boolean;
  /** Ends the mark of this process. */
  readonly close: () => void;
}

/**
 * By `statfs` type: file systems of this kernel alone, whose locks hold between all its processes. On any other, such as a
 * folder that a virtual machine or a FUSE server shares, a lock may be free although a process elsewhere has it.
 */
const localFileSystems: ReadonlySet<number> = new Set([
  0xef53, // ext2, ext3, ext4
  0x58465342, // XFS
  0x9123683e, // Btrfs
  0x2fc12fc1, // ZFS
  0xf2f52010, // F2FS
  0xca451a4e, // bcachefs
  0x01021994, // tmpfs
  0x794c7630, // overlayfs, of a container
]);

/** Locks of this process: one that nothing refers to would be freed with its memory. */
const held = new Set<DatabaseSync>();

/**
 * Marks of processes in a state folder. Each is an empty file that its process keeps locked; the lock is SQLite's, and the
 * system frees it when the process ends, however it ends. A process id would not do: in a container every process
 * is number 1, and two containers do not see each other's. The mark has the id of the machine's boot too: with
 * another one, or none (only Linux has it), the process may run on another machine, and nothing is known of it.
 */
export function processMarks(folder: string): ProcessMarks {
  const marks = join(folder, 'processes');
  const fileOf = (mark: string) => {
    const [boot, id = ''] = mark.split('/');
    return boot === bootId() && /^[0-9a-f-]{36}$/.test(id) ? join(marks, id) : undefined;
  };
  let own: { readonly mark: string; readonly lock: DatabaseSync } | undefined;

  return {
    own: () => {
      own ??= makeMark(folder, marks);
      return own?.mark;
    },
    hasEnded: (mark) => {
      const file = fileOf(mark);
      if (file === undefined || mark === own?.mark || !isLocal(marks)) return false;
      const lock = lockFile(file);
      lock?.close();
      return lock !== undefined;
    },
    close: () => {
      if (!own) return;
      const file = fileOf(own.mark);
      // First the file: a mark without one says nothing of its process.
      if (file !== undefined) rmSync(file, { force: true });
      own.lock.close();
      held.delete(own.lock);
      own = undefined;
      removeOld(marks);
    },
  };
}

function makeMark(folder: string, marks: string) {
  const boot = bootId();
  if (boot === undefined) return undefined;
  makeStateFolder(folder);
  mkdirSync(marks, { recursive: true, mode: 0o700 });
  if (!isLocal(marks)) return undefined;
  const id = randomUUID();
  const file = join(marks, id);
  writeFileSync(file, '', { flag: 'wx', mode: 0o600 });
  const lock = lockFile(file);
  if (!lock) return undefined;
  held.add(lock);
  return { mark: `${boot}/${id}`, lock };
}

const dayMs = 86_400_000;

/** Those of processes that were killed: their leases expire within minutes. */
function removeOld(marks: string): void {
  for (const name of readdirSync(marks)) {
    const file = join(marks, name);
    const { mtimeMs = Date.now() } = statSync(file, { throwIfNoEntry: false }) ?? {};
    if (Date.now() - mtimeMs < dayMs) continue;
    const lock = lockFile(file);
    if (lock) rmSync(file, { force: true });
    lock?.close();
  }
}

/** @returns undefined if another process has the lock, or the file is not there */
function lockFile(path: string): DatabaseSync | undefined {
  let lock: DatabaseSync | undefined;
  try {
    const url = pathToFileURL(path);
    // One that was removed is not made again.
    url.searchParams.set('mode', 'rw');
    lock = new DatabaseSync(url, { timeout: 0 });
    lock.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE;');
    return lock;
  } catch {
    lock?.close();
    return undefined;
  }
}

function isLocal(folder: string): boolean {
  return existsSync(folder) && localFileSystems.has(statfsSync(folder).type >>> 0);
}

/** Of this start of the machine; containers on it have the same. */
function bootId(): string | undefined {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim() || undefined;
  } catch {
    return undefined;
  }
}
