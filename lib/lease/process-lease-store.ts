import type { ProcessMarks } from '../table/sqlite/process-marks.ts';
import type { LeaseStore } from './lease-store.ts';

/**
 * The leases of processes on one machine, which can detect that another process has ended: its lease can be acquired at
 * once, without waiting for its expiry.
 */
export function processLeaseStore(
  leases: LeaseStore,
  marks: Pick<ProcessMarks, 'own' | 'hasEnded'>,
): LeaseStore {
  return {
    read: async (connection) => {
      const item = await leases.read(connection);
      if (item?.process === undefined) return item;
      return marks.hasEnded(item.process) ? { ...item, hasEnded: true } : item;
    },
    change: async (connection, event, known) => {
      if (event.kind !== 'acquire') return leases.change(connection, event, known);
      const acquire = { ...event, process: marks.own() };
      const decision = await leases.change(connection, acquire, known);
      const { process, acquisition: ended } = decision.item;
      if (decision.ok || process === undefined || ended === undefined) return decision;
      if (!marks.hasEnded(process)) return decision;
      return leases.change(connection, { ...acquire, ended }, decision.item);
    },
  };
}
