import type { ConnectionStatus } from '../pass/status/status.types.ts';
import { readStatus } from '../pass/status/read-status.ts';
import { mapLimited } from '../pass/limited.ts';
import type { ConsoleTarget, ConsoleWorld, Explained } from './console.types.ts';

/** Why something could not be read, and since when, in milliseconds. */
export interface ReadFailure extends Explained {
  readonly since: number;
}

/** A connection as it was last read; `failure` where it could not be read since. */
export interface ConnectionReading {
  readonly connection: string;
  /** When it was read; absent if it never was. */
  readonly at?: number;
  readonly status?: ConnectionStatus;
  readonly failure?: ReadFailure;
}

/** The fleet as it was last read. */
export interface FleetReading {
  readonly at: number;
  /** When the list of connections was last read; absent if it never was. */
  readonly listedAt?: number | undefined;
  readonly connections: readonly ConnectionReading[];
  /** The list of connections could not be read, so there may be others. */
  readonly failure?: ReadFailure;
}

/** Maximum age of the data on pages. */
export const freshMs = 15_000;

const atOnce = 8;

/** Reads the fleet's tables, never a gateway; at most every 15 seconds, however many pages are requested. */
export class FleetReader {
  readonly #world: ConsoleWorld;
  #last: FleetReading | undefined;
  #isStale = true;
  #reading: Promise<FleetReading> | undefined;

  constructor(world: ConsoleWorld) {
    this.#world = world;
  }

  /** Never throws: if something cannot be read, the last reading is returned with its age. */
  async read(): Promise<FleetReading> {
    const now = this.#world.clock.now();
    if (this.#last && !this.#isStale && now - this.#last.at < freshMs) return this.#last;
    // If an act ends during a reading, that reading is stale and not used.
    if (!this.#reading || this.#isStale) {
      this.#isStale = false;
      const reading = this.#readAll().finally(() => {
        if (this.#reading === reading) this.#reading = undefined;
      });
      this.#reading = reading;
    }
    return this.#reading;
  }

  /** Makes the next page read again, after an act. */
  forget(): void {
    this.#isStale = true;
  }

  async #readAll(): Promise<FleetReading> {
    const at = this.#world.clock.now();
    const before = this.#last;
    const known = new Map(before?.connections.map((one) => [one.connection, one]));
    const made = await this.#list().then(
      async ({ target, names }): Promise<FleetReading> => ({
        at,
        listedAt: at,
        connections:
          (await mapLimited(names, atOnce, this.#world.stop, (name) =>
            this.#readOne(name, target, known.get(name), at),
          )) ?? [],
      }),
      (error: unknown): FleetReading => ({
        at,
        listedAt: before?.listedAt,
        connections: before?.connections ?? [],
        failure: this.#failure(error, before?.failure, at),
      }),
    );
    if (!this.#last || this.#last.at <= at) this.#last = made;
    return made;
  }

  async #list() {
    const target = await this.#world.target();
    return { target, names: await target.connections() };
  }

  async #readOne(
    connection: string,
    { deps }: ConsoleTarget,
    before: ConnectionReading | undefined,
    at: number,
  ): Promise<ConnectionReading> {
    try {
      return { connection, at, status: await readStatus(connection, deps) };
    } catch (error) {
      return { connection, ...before, failure: this.#failure(error, before?.failure, at) };
    }
  }

  #failure(error: unknown, before: ReadFailure | undefined, at: number): ReadFailure {
    return { ...this.#world.explain(error), since: before?.since ?? at };
  }
}
