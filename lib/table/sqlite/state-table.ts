import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Clock } from '../../model/runtime.types.ts';
import { openSqliteTable, type SqliteTable } from './table.ts';
import { storeProblem } from '../store-errors.ts';
import { makeStateFolder } from './state-folder.ts';
import { fileError } from '../../model/errors/file-problem.ts';

/** The table in a state folder: the file `state.db`. The first write creates folder and file. */
export function stateTable(folder: string, clock: Clock): SqliteTable {
  const name = join(folder, 'state.db');
  let table: SqliteTable | undefined;
  let isClosed = false;

  const opened = () => {
    if (isClosed)
      throw storeProblem('store-failed', { call: 'SQLite', store: name }, 'it is closed');
    table ??= openSqliteTable(name, clock.now());
    return table;
  };
  const ifThere = () => (table || isClosed || existsSync(name) ? opened() : undefined);
  const made = () => {
    try {
      makeStateFolder(folder);
    } catch (error) {
      throw fileError(folder, 'cannot be created', error);
    }
    return opened();
  };

  return {
    name,
    query: async (...args) => ifThere()?.query(...args) ?? [],
    lastPage: async (...args) => (await ifThere()?.lastPage(...args)) ?? { items: [] },
    getMany: async (...args) => ifThere()?.getMany(...args) ?? [],
    get: async (...args) => ifThere()?.get(...args),
    put: async (...args) => made().put(...args),
    remove: async (...args) => ifThere()?.remove(...args) ?? true,
    close: () => {
      table?.close();
      table = undefined;
      isClosed = true;
    },
  };
}
