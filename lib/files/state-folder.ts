import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { connectionNameSchema } from '../model/connection-name.ts';
import { makeFolder } from '../secrets/files/atomic-file.ts';
import { withLock } from '../secrets/files/lock-file.ts';
import { codeOf, fileError, fileProblem } from '../model/file-problem.ts';

/** Where the state folder is; `.trueup` in the working folder is the command line's. */
export interface StateOptions {
  readonly folder: string;
  /** Milliseconds until a lock that another process holds is given up; 30,000 unless told. */
  readonly lockTimeoutMs?: number;
}

/**
 * Files of one connection: `<folder>/ledger/<connection>/...`
 *
 * | file | what |
 * |---|---|
 * | `lease.json` | who reconciles |
 * | `servers/<id>.json`, `pauses/<id>.json`, `pause.json` | a server's record, the operator's pauses |
 * | `resend/<id>.json` | marks of who could not record what was sent |
 * | `held/<digest>.json`, `approvals/<digest>.json` | held plans, and permission for them |
 * | `last-pass.json`, `passes.jsonl` | reports |
 * | `changes.jsonl`, `declared.jsonl` | history |
 * | `lock` | whose turn it is to write, for milliseconds |
 */
export interface ConnectionFiles {
  /** The path of a file of this connection. */
  readonly path: (...names: readonly string[]) => string;
}

export interface StateFolder {
  /** Reads, without a lock: every file is whole at any moment. @throws StoreError */
  read<T>(connection: string, work: (files: ConnectionFiles) => T): Promise<T>;
  /** Reads and writes, one process at a time for each connection. `work` is synchronous. @throws StoreError */
  change<T>(connection: string, work: (files: ConnectionFiles) => T): Promise<T>;
}

/** The state folder; it comes to be with the first change. */
export function stateFolder({ folder, lockTimeoutMs }: StateOptions): StateFolder {
  const filesOf = (connection: string): ConnectionFiles => {
    if (!connectionNameSchema.safeParse(connection).success) {
      throw fileProblem('store-malformed', folder, 'has no connections of such a name');
    }
    return { path: (...names) => join(folder, 'ledger', connection, ...names) };
  };
  return {
    read: async (connection, work) => {
      try {
        return work(filesOf(connection));
      } catch (error) {
        throw asProblem(folder, 'cannot be read', error);
      }
    },
    change: async (connection, work) => {
      try {
        const files = filesOf(connection);
        makeStateFolder(folder);
        return await withLock(files.path('lock'), () => work(files), lockTimeoutMs);
      } catch (error) {
        throw asProblem(folder, 'cannot be written', error);
      }
    },
  };
}

/** Makes the folder, closed to others, and keeps it out of Git: it holds the fingerprint key. */
export function makeStateFolder(folder: string): void {
  makeFolder(folder);
  try {
    writeFileSync(join(folder, '.gitignore'), '*\n', { flag: 'wx', mode: 0o600 });
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error;
  }
}

/** A file name for any id: the id itself where all systems take it, else its hash. */
export function nameFor(id: string): string {
  const isPlain = /^[a-z0-9][a-z0-9-]{0,99}$/.test(id);
  return `${isPlain ? id : `~${createHash('sha256').update(id).digest('hex')}`}.json`;
}

/** The file system's errors become `StoreError`s; what was thrown on purpose, and bugs, stay what they are. */
function asProblem(folder: string, doing: string, error: unknown): unknown {
  const { syscall, path } = Object(error) as { syscall?: unknown; path?: unknown };
  if (typeof syscall !== 'string') return error;
  return fileError(typeof path === 'string' ? path : folder, doing, error);
}
