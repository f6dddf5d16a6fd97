import type { Contract } from './contract-world.ts';
import { contractSuite } from './contract-world.ts';
import { describeCalls } from './contract-calls.ts';
import { describeCredentials } from './contract-credentials.ts';
import { describeFailures } from './contract-failures.ts';

/** Runs the suite that every provider keeps, against its simulator over a real connection. */
export function describeProvider(contract: Contract): void {
  const suite = contractSuite(contract);
  describeCalls(suite);
  describeFailures(suite);
  describeCredentials(suite);
}
