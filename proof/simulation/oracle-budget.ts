import { isJsonObject } from '../../lib/model/json/json.ts';
import { currentRow } from './declared.ts';
import type { SimEvent, VendorCall } from './events.types.ts';
import type { LeasesOwned } from './leases-owned.ts';
import type { Findings, Oracle } from './oracle.ts';
import type { PassReadings, Reading } from './pass-readings.ts';
import { textOf } from './vendor-quirks.ts';
import type { World } from './world.ts';

const minute = 60_000;

/**
 * No flood, the rate: in no minute more calls of passes than the budget less the readers' tenth, nor of one process that
 * only reads more than that, and no refresh token sent twice by one pass.
 */
export class BudgetOracle implements Oracle {
  readonly #world: World;
  readonly #found: Findings;
  readonly #readings: PassReadings;
  readonly #leases: LeasesOwned;
  readonly #calls = new Map<string, number[]>();
  readonly #refreshes = new Map<string, Reading | undefined>();

  constructor(world: World, found: Findings, readings: PassReadings, leases: LeasesOwned) {
    this.#world = world;
    this.#found = found;
    this.#readings = readings;
    this.#leases = leases;
  }

  see(event: SimEvent): void {
    if (event.kind !== 'vendor') return;
    const { call, phase } = event;
    if (phase === 'called' && call.operation !== 'token') this.#called(call);
    if (phase === 'landed' && call.operation === 'token') this.#exchanged(call);
  }

  #called({ connection, process }: VendorCall): void {
    const { now } = this.#world;
    const isPass = this.#leases.epochOf(process, connection) > 0;
    const who = isPass ? `passes of ${connection}` : `${process.name}, reading ${connection}`;
    const calls = (this.#calls.get(who) ?? []).filter((at) => at > now - minute);
    calls.push(now);
    this.#calls.set(who, calls);
    const budget = currentRow(this.#world, connection, 'connection')?.['budget'];
    const limit = isJsonObject(budget) ? Number(budget['requestsPerMinute']) : Infinity;
    const readers = Math.floor(limit / 10);
    const most = isPass ? limit - readers : readers;
    this.#found.looked(`no-flood: calls in a minute of ${isPass ? 'passes' : 'a reader'}`);
    if (calls.length > most * 0.9) this.#found.looked('no-flood: minutes near the limit');
    if (calls.length <= most) return;
    this.#found.wrong(
      'no-flood',
      `${calls.length} calls in a minute by ${who}, where ${most} may be`,
    );
  }

  #exchanged({ process, connection, request }: VendorCall): void {
    const token = new URLSearchParams(textOf(request.body)).get('refresh_token');
    if (token === null) return;
    this.#found.looked('no-flood: refresh tokens exchanged');
    const reading = this.#readings.of(process, connection);
    if (this.#refreshes.has(token) && this.#refreshes.get(token) === reading) {
      this.#found.wrong('no-flood', `${process.name} exchanged a refresh token twice in one pass`);
    }
    this.#refreshes.set(token, reading);
  }
}
