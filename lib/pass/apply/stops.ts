import { isDeepStrictEqual } from 'node:util';
import { InterruptedError } from '../../lease/interruption.ts';
import type { Pause } from '../../model/ledger.types.ts';
import { activePauses, pauseOf, pauseText } from '../../model/pause.ts';
import type { DesiredRow } from '../../desired/desired-store.types.ts';
import type { Dependencies } from '../dependencies.types.ts';

/**
 * A running pass starts no more requests later than this, in milliseconds, after a pause or a new row of the connection
 * was written.
 */
export const stopsWithinMs = 5_000;
/** No `PUT` starts if the last reading is older than this, which leaves time for the request to be sent. */
const freshMs = stopsWithinMs - 1_000;
/** If this many readings in a row are too slow, nothing more is sent. */
const readingsAtMost = 3;

interface Reading {
  /** When the reading started, in milliseconds since the epoch; it includes everything written before. */
  readonly at: number;
  readonly pauses: readonly Pause[];
  readonly row: DesiredRow | undefined;
}

/**
 * Detects what must stop a pass while it sends: a pause, or a changed row of its connection, such as with mode `off`.
 * Both are read again if the last reading is too old, so a pass that ends within seconds reads nothing more.
 */
export class Stops {
  readonly #deps: Pick<Dependencies, 'clock' | 'desired' | 'ledger'>;
  readonly #connection: string;
  readonly #row: DesiredRow;
  #reading: Promise<Reading> | undefined;
  #since = Number.NEGATIVE_INFINITY;
  /** Servers that this pass created, by their ids, with the keys by which they may have been paused meanwhile. */
  readonly #created = new Map<string, string>();

  /** @param row - the connection's row as the pass read it */
  constructor(
    connection: string,
    row: DesiredRow,
    deps: Pick<Dependencies, 'clock' | 'desired' | 'ledger'>,
  ) {
    this.#connection = connection;
    this.#row = row;
    this.#deps = deps;
  }

  /** @param at - when the pass started to read its row and these pauses */
  saw(pauses: readonly Pause[], at: number): void {
    this.#since = at;
    this.#reading = Promise.resolve({ at, pauses, row: this.#row });
  }

  /** From now on, a pause by the key of its row applies to a new server too. */
  created(key: string, id: string): void {
    this.#created.set(id, key);
  }

  /**
   * Whether a `PUT` of the server may start now.
   *
   * @throws InterruptedError: `paused` for this server; `redeclared` or `stopped` for all; StoreError
   */
  async assertMay(id: string): Promise<void> {
    const { pauses, row } = await this.#fresh();
    if (!isDeepStrictEqual(row?.value, this.#row.value)) {
      const message = `the row of ${this.#connection} changed while its servers were updated`;
      throw new InterruptedError('redeclared', message);
    }
    const active = activePauses(pauses, this.#deps.clock.now());
    const pause = pauseOf(active, id) ?? pauseOf(active, this.#created.get(id) ?? id);
    if (pause) throw new InterruptedError('paused', pauseText(pause));
  }

  async #fresh(): Promise<Reading> {
    const { clock } = this.#deps;
    for (let readings = 0; readings < readingsAtMost; readings += 1) {
      if (this.#reading === undefined || clock.now() - this.#since > freshMs) {
        this.#since = clock.now();
        this.#reading = this.#read(this.#since);
      }
      // oxlint-disable-next-line no-await-in-loop
      const reading = await this.#reading;
      if (clock.now() - reading.at <= freshMs) return reading;
    }
    throw new InterruptedError('stopped', 'pauses could not be read in time; nothing more is sent');
  }

  async #read(at: number): Promise<Reading> {
    const [pauses, rows] = await Promise.all([
      this.#deps.ledger.pauses(this.#connection),
      this.#deps.desired.rows(this.#connection, []),
    ]);
    return {
      at,
      pauses,
      row: rows.find(({ item }) => item === 'connection'),
    };
  }
}
