import type { SimEvent } from './events.types.ts';
import type { Findings, Oracle } from './oracle.ts';
import type { Process } from './scheduler.ts';

/**
 * No flood of invocations: a continuation that asks for another one has written a server's item since it acquired the lease.
 * The queue would go round for ever with one that does not.
 */
export class HopsOracle implements Oracle {
  readonly #found: Findings;
  /** Connections of which a process has written a server's item under its lease. */
  readonly #recorded = new Map<Process, Set<string>>();

  constructor(found: Findings) {
    this.#found = found;
  }

  see(event: SimEvent): void {
    if (event.kind === 'acquired') {
      this.#of(event.process).delete(event.connection);
    } else if (event.kind === 'ledger-write') {
      this.#of(event.process).add(event.connection);
    } else if (event.kind === 'sent') {
      const { connection, hops = 0 } = event.message;
      if (hops < 2) return;
      this.#found.looked('no-flood: continuations of continuations');
      if (this.#of(event.process).has(connection)) return;
      this.#found.wrong(
        'no-flood',
        `${event.process.name} asks for continuation ${hops} of ${connection} and recorded no server`,
      );
    }
  }

  #of(process: Process): Set<string> {
    const known = this.#recorded.get(process) ?? new Set<string>();
    this.#recorded.set(process, known);
    return known;
  }
}
