import { leaseStore } from '../../lib/lease/lease-store.ts';
import { openSqliteTable } from '../../lib/table/sqlite/table.ts';

/** Leases that last as long as the test. */
export const memoryStore = () => leaseStore(openSqliteTable(':memory:', 0));
