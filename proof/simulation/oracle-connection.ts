import { defaultSettings } from '../../lib/lease/settings.types.ts';
import type { SimEvent, VendorCall } from './events.types.ts';
import type { Findings, Oracle } from './oracle.ts';
import type { PassReadings, Reading } from './pass-readings.ts';
import type { Process } from './scheduler.ts';
import type { World } from './world.ts';

/** Backoff begins with a minute, less up to half of it, and grows to half an hour at least. */
const [shortest, longest] = [30_000, 30 * 60_000];

/** A longer Retry-After is a lockout: it is the connection's, whatever was asked for. */
const lockoutMs = 60_000;

interface Failure {
  readonly process: Process;
  /** Version of the connection's row. A reading is not kept: a handler of this process may read more rows later. */
  readonly row: number | undefined;
  /** Version of the credential when the vendor answered: after a new sign-in all is tried at once. */
  readonly credential: string | undefined;
  readonly at: number;
  readonly retryAfter: number;
  /** Failed passes in a row. */
  readonly count: number;
  /** Whether it stands in the lease item: of what does not, nobody can know. */
  isSaved: boolean;
}

/**
 * No flood, a connection that fails: after a pass whose list or sign-in failed, no unattended one asks the vendor anything
 * before its time, unless the connection's row is another. Clocks may be apart. A pass that is locked out asks nothing more.
 */
export class ConnectionOracle implements Oracle {
  readonly #world: World;
  readonly #found: Findings;
  readonly #readings: PassReadings;
  /** By connection: the last call of a pass that is under way, if it failed. */
  readonly #open = new Map<Reading, Pick<Failure, 'at' | 'retryAfter' | 'credential'>>();
  /** Passes that were locked out. */
  readonly #locked = new Set<Reading>();
  /** Passes that the vendor answered. */
  readonly #talked = new Set<Reading>();
  readonly #failures = new Map<string, Failure>();

  constructor(world: World, found: Findings, readings: PassReadings) {
    this.#world = world;
    this.#found = found;
    this.#readings = readings;
  }

  see(event: SimEvent): void {
    if (event.kind === 'vendor' && !event.call.process.name.startsWith('laptop')) {
      if (event.phase === 'called') this.#called(event.call);
      if (event.phase === 'answered') this.#answered(event.call);
    } else if (event.kind === 'report') {
      this.#ended(event.process, event.connection);
    } else if (event.kind === 'saved') {
      const failure = this.#failures.get(event.connection);
      if (failure?.process === event.process) failure.isSaved = true;
    }
  }

  #called({ process, connection, operation }: VendorCall): void {
    const reading = this.#readings.of(process, connection);
    if (reading && this.#locked.has(reading)) {
      this.#found.wrong('no-flood', `${operation} of ${connection} by ${process.name}, locked out`);
    }
    const failure = this.#failures.get(connection);
    // A holder that began before the failure, and stood still since, does not know of it.
    if (!reading || !failure?.isSaved || reading.begunAt < failure.at) return;
    if (failure.row !== rowOf(reading)) return;
    if (failure.credential !== this.#credentialOf(connection)) return;
    this.#found.looked('no-flood: calls after a failed pass');
    const { clocks } = this.#world.scenario;
    const apart = failure.process === process ? 0 : Math.max(...clocks) - Math.min(...clocks);
    const since = this.#world.now - failure.at + apart;
    const backoff = Math.min(longest, shortest * 2 ** (failure.count - 1));
    if (since >= Math.max(backoff, failure.retryAfter)) return;
    this.#found.wrong(
      'no-flood',
      `${operation} of ${connection} by ${process.name}, ${since / 1000} s after failed pass ${failure.count} in a row (Retry-After ${failure.retryAfter / 1000} s)`,
    );
  }

  #answered({ process, connection, operation, outcome, answer }: VendorCall): void {
    const reading = this.#readings.of(process, connection);
    if (!reading) return;
    if (outcome === 'told' && operation !== 'token') this.#talked.add(reading);
    const retryAfter = Number(answer?.headers?.['retry-after'] ?? 0) * 1000;
    const isLockout = answer?.status === 429 && retryAfter > lockoutMs;
    if (isLockout) {
      this.#locked.add(reading);
      this.#found.looked('no-flood: lockouts');
    }
    const isWhole = isLockout || operation === 'list' || operation === 'token';
    const isBad = outcome !== 'told' || (answer?.status ?? 0) >= 400;
    if (!isWhole || !isBad) {
      if (!this.#locked.has(reading)) this.#open.delete(reading);
      return undefined;
    }
    const credential = this.#credentialOf(connection);
    this.#open.set(reading, { at: this.#world.now, retryAfter, credential });
    return undefined;
  }

  #ended(process: Process, connection: string): void {
    const reading = this.#readings.of(process, connection);
    if (!reading) return;
    // Who stood still has lost its lease, also if it was when it acquired: that is no failure of the connection.
    const stoodStill = process.frozenUntil > reading.readAt - defaultSettings.leaseMs;
    const open = stoodStill ? undefined : this.#open.get(reading);
    const before = this.#failures.get(connection);
    if (!open) {
      // A pass that asked nothing, because it was not yet time, changes nothing.
      if (this.#talked.has(reading) || process.name.startsWith('laptop'))
        this.#failures.delete(connection);
      return;
    }
    const row = rowOf(reading);
    const isAgain = before?.isSaved === true && before.row === row;
    const count = (isAgain ? before.count : 0) + 1;
    const failure = { process, row, ...open, count, isSaved: false };
    this.#failures.set(connection, failure);
  }

  #credentialOf(connection: string): string | undefined {
    return this.#world.secrets.secrets.get(`trueup/${connection}/auth`)?.current.version;
  }
}

const rowOf = ({ rows }: Reading) => rows.get('connection');
