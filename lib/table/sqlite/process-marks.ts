import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { statSync, statfsSync, writeFileSync } from 'node:fs';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { pathToFileURL } from 'node:url';
import { makeStateFolder } from './state-folder.ts';

/** Detects whether other processes that use the same folder have ended. */
export interface ProcessMarks {
  /** The mark of this process for others; undefined if they could not know for certain. */
  readonly own: () => string | undefined;
  /** Whether the process with this mark has ended; true only if that is certain. */
  readonly hasEnded: (mark: string) => boolean;
  /** Removes the mark of this process. */
  readonly close: () => void;
}

/**
 * By `statfs` type: local file systems, whose locks work between all processes of this kernel. On any other, such as a
 * folder shared by a virtual machine or FUSE, a lock may look free although a process elsewhere holds it.
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

/** References to the locks of this process: without one, a lock would be garbage-collected and released. */
const held = new Set<DatabaseSync>();

/**
 * Marks of processes in a state folder. Each is an empty file that its process keeps locked, with SQLite's lock, which
 * the system releases when the process ends in any way. Process ids cannot be used: in containers every process is
 * number 1, and containers do not see each other's processes. The mark also has the boot id of the machine: if that
 * differs or is missing (only Linux has it), the process may run on another machine, and its state is unknown.
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
      // The file is removed first, because a mark without a file means nothing.
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

/** Removes marks of killed processes, whose leases have expired by now. */
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

/** @returns undefined if another process has the lock, or the file does not exist */
function lockFile(path: string): DatabaseSync | undefined {
  let lock: DatabaseSync | undefined;
  try {
    const url = pathToFileURL(path);
    // Does not create the file if it was removed.
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

/** The id of this boot of the machine; the same in all its containers. */
function bootId(): string | undefined {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim() || undefined;
  } catch {
    return undefined;
  }
}
