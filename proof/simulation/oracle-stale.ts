import { itemOf } from './labels.ts';
import type { SimEvent, VendorCall } from './events.types.ts';
import type { LeasesOwned } from './leases-owned.ts';
import type { Findings, Oracle } from './oracle.ts';
import type { PassReadings } from './pass-readings.ts';

interface Newest {
  readonly index: number;
  readonly epoch: number;
}

/**
 * No stale write: what was read under the lease is never gone back behind, and no item of a later holder is overwritten
 * by an earlier one.
 */
export class StaleOracle implements Oracle {
  readonly #found: Findings;
  readonly #readings: PassReadings;
  readonly #leases: LeasesOwned;
  /** By connection and item: the newest version that was read under the lease. */
  readonly #newest = new Map<string, Newest>();
  /** What the sender of a request went by. */
  readonly #senders = new Map<VendorCall, Newest>();
  /** By connection and server: the epoch of who wrote its item last. */
  readonly #writers = new Map<string, number>();

  constructor(found: Findings, readings: PassReadings, leases: LeasesOwned) {
    this.#found = found;
    this.#readings = readings;
    this.#leases = leases;
  }

  see(event: SimEvent): void {
    if (event.kind === 'desired-read') {
      const { process, connection, rows } = event;
      if (!this.#leases.isOwner(process, connection)) return;
      const epoch = this.#leases.epochOf(process, connection);
      for (const [item, index] of rows) {
        const key = `${connection} ${item}`;
        if (index > (this.#newest.get(key)?.index ?? -1)) this.#newest.set(key, { index, epoch });
      }
    } else if (event.kind === 'vendor' && event.call.operation === 'put') {
      if (event.phase === 'called') this.#called(event.call);
      if (event.phase === 'landed') this.#landed(event.call);
    } else if (event.kind === 'ledger-write') {
      this.#written(event);
    }
  }

  #called(call: VendorCall): void {
    const { process, connection, id = '' } = call;
    const index = this.#readings.of(process, connection)?.rows.get(itemOf(id)) ?? -1;
    this.#senders.set(call, { index, epoch: this.#leases.epochOf(process, connection) });
  }

  #landed(call: VendorCall): void {
    const { process, connection, id = '' } = call;
    const sender = this.#senders.get(call);
    const newest = this.#newest.get(`${connection} ${itemOf(id)}`);
    if (!sender || !newest) return;
    this.#found.looked('no-stale-write: PUTs against the newest declaration that was read');
    if (sender.index >= newest.index) return;
    if (call.frozen) {
      return this.#found.looked('no-stale-write: older declarations of frozen holders');
    }
    this.#found.wrong(
      'no-stale-write',
      `PUT ${connection}/${id} by ${process.name}: version ${sender.index} of the row, after version ${newest.index} was read under the lease`,
    );
    return undefined;
  }

  #written({ process, connection, before, after }: SimEvent & { kind: 'ledger-write' }): void {
    const id = (after ?? before)?.id ?? '';
    const key = `${connection} ${id}`;
    const epoch = this.#leases.epochOf(process, connection);
    const last = this.#writers.get(key) ?? 0;
    this.#found.looked('no-stale-write: server items written');
    if (!this.#leases.isOwner(process, connection)) {
      this.#found.looked('no-stale-write: server items written without the lease');
    }
    this.#writers.set(key, Math.max(epoch, last));
    if (epoch >= last) return;
    // A process that stood still before it wrote the first item, which was written and forgotten meanwhile: nothing is lost by it, and
    // the next pass reads it like any other.
    if (!before) return this.#found.looked('no-stale-write: forgotten items of frozen holders');
    this.#found.wrong(
      'no-stale-write',
      `the item of ${connection}/${id}, written in epoch ${last}, was overwritten by ${process.name} of epoch ${epoch}`,
    );
    return undefined;
  }
}
