import { askingContract } from './lease-asking.ts';
import type { LeaseSubject } from './lease-calls.ts';
import { holdingContract } from './lease-holding.ts';

/** What every `LeaseItems` does. */
export function leaseContract(name: string, open: () => Promise<LeaseSubject>): void {
  holdingContract(name, open);
  askingContract(name, open);
}
