import type { ServerRecord } from '../../lib/model/ledger.types.ts';
import { rowAt } from './declared.ts';
import { itemOf } from './labels.ts';
import type { SimEvent, VendorCall } from './events.types.ts';
import type { Findings, Oracle } from './oracle.ts';
import { isAttended } from './pass-readings.ts';
import type { PassReadings, Reading } from './pass-readings.ts';
import type { Refusals } from './refusals.ts';
import type { Process } from './scheduler.ts';
import type { World } from './world.ts';

const hour = 3_600_000;
/** Backoff begins with a minute, less up to half of it. */
const shortest = 30_000;

interface Failure {
  readonly kind: 'transient' | 'conflict' | 'terminal';
  readonly process: Process;
  readonly reading: Reading | undefined;
  readonly at: number;
  readonly key: string;
  /** Failures in a row. */
  readonly count: number;
  readonly retryAfter: number;
  /** Since when it stands in the ledger: of what does not, nobody can know. */
  recordedAt: number | undefined;
}

/**
 * No flood, the attempts: after a failed PUT none before its time, and after one that was turned down none for an hour,
 * then two, up to a day, unless the declaration, the policy, a secret or the sign-in changes. A person waits for a
 * `Retry-After` only. Clocks may be apart.
 */
export class AttemptsOracle implements Oracle {
  readonly #world: World;
  readonly #found: Findings;
  readonly #readings: PassReadings;
  readonly #refusals: Refusals;
  readonly #failures = new Map<string, Failure>();
  readonly #keys = new Map<VendorCall, string>();
  #unsure = false;

  constructor(world: World, found: Findings, readings: PassReadings, refusals: Refusals) {
    this.#world = world;
    this.#found = found;
    this.#readings = readings;
    this.#refusals = refusals;
  }

  see(event: SimEvent): void {
    if (event.kind === 'ledger-write') {
      this.#written(event);
    } else if (event.kind === 'vendor' && event.call.operation === 'put') {
      if (event.phase === 'called') this.#called(event.call);
      if (event.phase === 'answered') this.#answered(event.call);
    }
  }

  /** What a later pass finds, a server in sync or another declaration, ends a failure. */
  #written(event: SimEvent & { kind: 'ledger-write' }): void {
    const { connection, before, after } = event;
    const name = `${connection}/${(after ?? before)?.id}`;
    const failure = this.#failures.get(name);
    if (!failure) return;
    const isOpen = after !== undefined && (after.retry ?? after.stopped) !== undefined;
    if (!this.#isOfItsPass(failure, event)) {
      if (!isOpen) this.#failures.delete(name);
    } else if (isOpen && isNews(before, after)) {
      failure.recordedAt ??= this.#world.now;
    }
  }

  /** A later pass of the same process records something else. */
  #isOfItsPass({ process, reading }: Failure, event: SimEvent & { kind: 'ledger-write' }): boolean {
    return process === event.process && reading === this.#readings.of(process, event.connection);
  }

  #called(call: VendorCall): void {
    const { process, connection, id = '' } = call;
    const reading = this.#readings.of(process, connection);
    const key = this.#keyOf(connection, id, reading);
    this.#keys.set(call, this.#unsure ? `unsure ${this.#world.at}` : key);
    if (this.#unsure) return;
    const failure = this.#failures.get(`${connection}/${id}`);
    if (failure?.recordedAt === undefined || failure.key !== key) return;
    // Recorded by a holder that stood still, after this one had read the ledger.
    if (failure.process !== process && reading && failure.recordedAt > reading.readAt) return;
    this.#found.looked(`no-flood: attempts after a ${failure.kind} failure`);
    const apart = failure.process === process ? 0 : this.#apart();
    const since = this.#world.now - failure.at + apart;
    const attended = reading !== undefined && isAttended(process, reading);
    const wrong = (what: string) =>
      this.#found.wrong('no-flood', `PUT ${connection}/${id} by ${process.name}: ${what}`);
    if (failure.kind !== 'transient') {
      // A conflict is tried once more at the end of its pass.
      const isSamePass = failure.kind === 'conflict' && failure.reading === reading;
      if (!isSamePass && !attended && since < waitOf(failure)) {
        wrong(`${since / 1000} s after it was turned down ${failure.count} times in a row`);
      }
      return;
    }
    const backoff = Math.min(hour / 2, shortest * 2 ** (failure.count - 1));
    if (!attended && since < backoff)
      wrong(`${since / 1000} s after failure ${failure.count} in a row`);
    if (since < failure.retryAfter) {
      wrong(`${since / 1000} s after a Retry-After of ${failure.retryAfter / 1000} s`);
    }
  }

  #answered(call: VendorCall): void {
    const { process, connection, id = '', answer, outcome } = call;
    const at = this.#world.now;
    const name = `${connection}/${id}`;
    const kind = outcome === 'failed' ? 'transient' : kindOf(answer?.status ?? 0);
    if (outcome === 'no-route' || kind === 'connection') return;
    if (kind === 'done') return void this.#failures.delete(name);
    const key = this.#keys.get(call) ?? '';
    const before = this.#failures.get(name);
    const reading = this.#readings.of(process, connection);
    const isSame = before?.kind === kind && before.key === key;
    const isSamePass = isSame && before.process === process && before.reading === reading;
    const isAgain = isSame && before.recordedAt !== undefined;
    // A person's early attempt does not push the next one out.
    const isEarly =
      isAgain && kind !== 'transient' && at - before.at < waitOf(before) + this.#apart();
    this.#failures.set(name, {
      kind,
      process,
      reading,
      at: isEarly ? before.at : at,
      key,
      count: isSamePass || isEarly ? before.count : (isAgain ? before.count : 0) + 1,
      retryAfter: Number(answer?.headers?.['retry-after'] ?? 0) * 1000,
      recordedAt: undefined,
    });
    return undefined;
  }

  /** Declaration, secrets, sign-in, and what the connection's policy makes of it. */
  #keyOf(connection: string, id: string, reading: Reading | undefined): string {
    const index = reading?.rows.get(itemOf(id));
    const row = rowAt(this.#world, connection, 'connection', reading?.rows.get('connection'));
    const keyAt = (at?: number) =>
      `${this.#refusals.keyOf(connection, id, index, at)} ${this.#refusals.versionsOf(row?.['auth'], at)}`;
    const own = keyAt();
    // A secret that moved while the pass was at it: which version it knew of cannot be said.
    this.#unsure = own !== keyAt(reading?.readAt) || this.#world.faults.struck.has('stale');
    return `${own} ${JSON.stringify(row ?? null)}`;
  }

  /** How far clocks are apart. */
  #apart(): number {
    const { clocks } = this.#world.scenario;
    return Math.max(...clocks) - Math.min(...clocks);
  }
}

/** How long what was turned down waits. */
function waitOf({ count }: Failure): number {
  return Math.min(24 * hour, hour * 2 ** (count - 1));
}

/** Whether the item tells of a failure that it did not tell of before. */
function isNews(before: ServerRecord | undefined, after: ServerRecord): boolean {
  const of = (record: ServerRecord | undefined) => JSON.stringify([record?.retry, record?.stopped]);
  return of(before) !== of(after);
}

function kindOf(status: number): Failure['kind'] | 'done' | 'connection' {
  if (status === 200) return 'done';
  if (status === 401 || status === 404) return 'connection';
  if (status === 409) return 'conflict';
  return status === 408 || status === 429 || status >= 500 ? 'transient' : 'terminal';
}
