import type { SimEvent } from './events.types.ts';
import type { Process } from './scheduler.ts';

/** Which process owns the lease of each connection, by the acquisitions that took effect. */
export class LeasesOwned {
  readonly #epochs = new Map<Process, Map<string, number>>();
  readonly #current = new Map<string, { readonly epoch: number; isFree: boolean }>();

  see(event: SimEvent): void {
    if (event.kind === 'acquired') {
      const { process, connection, epoch } = event;
      const own = this.#epochs.get(process) ?? new Map<string, number>();
      this.#epochs.set(process, own.set(connection, epoch));
      this.#current.set(connection, { epoch, isFree: false });
    } else if (event.kind === 'saved' && event.released) {
      const owned = this.#current.get(event.connection);
      if (owned) owned.isFree = true;
    }
  }

  /** The epoch of a process's latest acquisition; 0 without one. */
  epochOf(process: Process, connection: string): number {
    return this.#epochs.get(process)?.get(connection) ?? 0;
  }

  /** Whether nobody has acquired it since this process did, and it was not released. */
  isOwner(process: Process, connection: string): boolean {
    const owned = this.#current.get(connection);
    return (
      owned !== undefined && !owned.isFree && owned.epoch === this.epochOf(process, connection)
    );
  }
}
