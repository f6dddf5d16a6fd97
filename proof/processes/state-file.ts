import { leaseStore } from '../../lib/lease/lease-store.ts';
import { openLedger } from '../../lib/ledger/ledger.ts';
import type { Dependencies } from '../../lib/pass/dependencies.types.ts';
import { openSqliteTable, type SqliteTable } from '../../lib/table/sqlite/table.ts';

/** The same with ledger and lease in an SQLite file, as they are with declarations in files. */
export function inStateFile(
  deps: Dependencies,
  path: string,
): { readonly deps: Dependencies; readonly table: SqliteTable } {
  const { clock } = deps;
  const table = openSqliteTable(path, clock.now());
  return {
    deps: { ...deps, ledger: openLedger({ table, clock }), lease: leaseStore(table) },
    table,
  };
}
