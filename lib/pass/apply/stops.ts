import { isDeepStrictEqual } from 'node:util';
import { InterruptedError } from '../../lease/interruption.ts';
import type { Pause } from '../../model/ledger.types.ts';
import { activePause, pauseText } from '../../model/pause.ts';
import type { DesiredRow } from '../../desired/desired-store.types.ts';
import type { Dependencies } from '../dependencies.types.ts';

/** Within so many milliseconds after a pause, or another row of the connection, was written, a running pass starts no more. */
export const stopsWithinMs = 5_000;
/** No `PUT` starts on a reading older than this: the rest is for the request to leave. */
const freshMs = stopsWithinMs - 1_000;
/** A store that takes longer than that for each of so many readings is too slow to send by. */
const readingsAtMost = 3;

interface Reading {
  /** When it began, in milliseconds since the epoch: what was written before is in it. */
  readonly at: number;
  readonly pauses: readonly Pause[];
  readonly row: DesiredRow | undefined;
}

/**
 * What stops a pass while it sends: a pause, or another row of its connection, such as one that says `off`. Both are read
 * again where the last reading is too old, so a pass that ends within seconds reads nothing more.
 */
export class Stops {
  readonly #deps: Pick<Dependencies, 'clock' | 'desired' | 'ledger'>;
  readonly #connection: string;
  readonly #row: DesiredRow;
  #reading: Promise<Reading> | undefined;
  #since = Number.NEGATIVE_INFINITY;

  /** @param row - the connection's, as the pass read it */
  constructor(
    connection: string,
    row: DesiredRow,
    deps: Pick<Dependencies, 'clock' | 'desired' | 'ledger'>,
  ) {
    this.#connection = connection;
    this.#row = row;
    this.#deps = deps;
  }

  /** @param at - when the pass began to read: before its row and these pauses */
  saw(pauses: readonly Pause[], at: number): void {
    this.#since = at;
    this.#reading = Promise.resolve({ at, pauses, row: this.#row });
  }

  /**
   * Whether a `PUT` of the server may start now.
   *
   * @throws InterruptedError: `paused`, of this server; `redeclared` or `stopped`, of all; StoreError
   */
  async assertMay(id: string): Promise<void> {
    const { pauses, row } = await this.#fresh();
    if (!isDeepStrictEqual(row?.value, this.#row.value)) {
      const message = `the row of ${this.#connection} changed while its servers were updated`;
      throw new InterruptedError('redeclared', message);
    }
    const pause = activePause(pauses, id, this.#deps.clock.now());
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
    throw new InterruptedError(
      'stopped',
      'pauses could not be read in time, so nothing more is sent',
    );
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
