import { leaseContract } from '../contracts/lease-contract.ts';
import { memoryLease } from '../support/memory-lease.ts';

leaseContract('The lease in memory', async () => {
  const lease = memoryLease();
  return { lease, other: lease, close: async () => undefined };
});
