import type { SimEvent } from './events.types.ts';
import type { Process } from './scheduler.ts';

/** Who holds the lease of each connection, by the acquisitions that took effect. */
export class LeasesHeld {
  readonly #epochs = new Map<Process, Map<string, number>>();
  readonly #current = new Map<string, { readonly epoch: number; isFree: boolean }>();

  see(event: SimEvent): void {
    if (event.kind === 'acquired') {
      const { process, connection, epoch } = event;
      const own = this.#epochs.get(process) ?? new Map<string, number>();
      this.#epochs.set(process, own.set(connection, epoch));
      this.#current.set(connection, { epoch, isFree: false });
    } else if (event.kind === 'saved' && event.released) {
      const held = this.#current.get(event.connection);
      if (held) held.isFree = true;
    }
  }

  /** The epoch of a process's latest acquisition; 0 without one. */
  epochOf(process: Process, connection: string): number {
    return this.#epochs.get(process)?.get(connection) ?? 0;
  }

  /** Whether nobody has acquired it since this process did, and it was not released. */
  isHolder(process: Process, connection: string): boolean {
    const held = this.#current.get(connection);
    return held !== undefined && !held.isFree && held.epoch === this.epochOf(process, connection);
  }
}
