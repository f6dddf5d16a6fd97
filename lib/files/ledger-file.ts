import type { Pause, ServerRecord } from '../core/ledger.types.ts';
import type { Ledger } from '../reconcile/ports/ledger.ts';
import type { Clock } from '../reconcile/ports/runtime.ts';
import { LostUpdateError } from '../reconcile/ports/store-error.ts';
import { jsonFilesIn, removeFile, replaceFile } from './atomic-file.ts';
import { heldFiles } from './held-files.ts';
import { historyFiles } from './history-files.ts';
import { readMarks, resendFiles } from './resend-files.ts';
import { readPause, readServer } from './server-file.ts';
import { nameFor, stateFolder, type ConnectionFiles, type StateOptions } from './state-folder.ts';

/**
 * `Ledger` in a state folder; `ConnectionFiles` lists its files. Each record is a file of its own, replaced as a whole: a
 * crash leaves the old or the new one, and a write costs the same however many servers there are.
 */
export function ledgerFile(options: StateOptions & { readonly clock: Clock }): Ledger {
  const { clock } = options;
  const state = stateFolder(options);

  const assertRev = (connection: string, { id, rev }: ServerRecord, found: number) => {
    if (found === rev) return;
    throw new LostUpdateError(
      'lost-update',
      `${id} of ${connection} was written by somebody else`,
      {
        context: { connection, item: `server#${id}` },
      },
    );
  };

  return {
    read: (connection, ids) =>
      state.read(connection, (files) => {
        const pauses = [files.path('pause.json'), ...filesFor(files, 'pauses', ids)];
        const servers = filesFor(files, 'servers', ids).flatMap((path) => readServer(path) ?? []);
        return {
          pauses: pauses.flatMap((path): Pause | [] => readPause(path) ?? []),
          servers: new Map(servers.map((server) => [server.id, server])),
          resend: new Map(
            filesFor(files, 'resend', ids).flatMap((path) => {
              const found = readMarks(path);
              return found ? [[found.id, found.marks]] : [];
            }),
          ),
        };
      }),

    writeServer: (connection, record) =>
      state.change(connection, (files) => {
        const path = files.path('servers', nameFor(record.id));
        assertRev(connection, record, readServer(path)?.rev ?? 0);
        const next = { ...record, rev: record.rev + 1 };
        replaceFile(path, JSON.stringify(next));
        return next;
      }),

    forgetServer: (connection, record) =>
      state.change(connection, (files) => {
        const path = files.path('servers', nameFor(record.id));
        const found = readServer(path);
        if (!found) return;
        assertRev(connection, record, found.rev);
        removeFile(path);
      }),

    pause: (connection, pause) =>
      state.change(connection, (files) => {
        replaceFile(pauseFile(files, pause.id), JSON.stringify(pause));
      }),

    resume: (connection, id) =>
      state.change(connection, (files) => {
        removeFile(pauseFile(files, id));
      }),

    ...resendFiles(state),
    ...heldFiles(state, clock),
    ...historyFiles(state, clock),
  };
}

function pauseFile(files: ConnectionFiles, id: string | undefined): string {
  return id === undefined ? files.path('pause.json') : files.path('pauses', nameFor(id));
}

/** Of all ids, or of these. */
function filesFor(
  files: ConnectionFiles,
  folder: 'servers' | 'pauses' | 'resend',
  ids: readonly string[] | undefined,
): string[] {
  const names = ids ? [...new Set(ids)].map(nameFor) : jsonFilesIn(files.path(folder));
  return names.map((name) => files.path(folder, name));
}
