import type { Reason, ServerRecord, Time } from '../model/ledger.types.ts';
import type { Outcome } from '../model/outcome.ts';
import type { VendorCalls } from '../gateways/provider.ts';
import type { Clock, Random } from '../model/runtime.types.ts';
import type { TrueupEvent } from '../work/events.ts';

/** What a pass found for a server. */
export interface Finding {
  readonly outcome: Outcome;
  readonly label?: string;
  readonly reason?: Reason;
}

/** What a pass has found and done so far. The only mutable part of a pass. */
export class Tally {
  /** The id of the pass, such as `20261122T135900123Z-k3f9q2`. Sorts by time, and is unique within a connection. */
  readonly id: string;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  readonly calls: VendorCalls = { list: 0, get: 0, put: 0 };
  readonly events: TrueupEvent[] = [];
  /** Number of server items and held plans that were written. If not 0, the pass changed something. */
  written = 0;
  /** Next attempts of servers that wait because of this pass. */
  readonly retries = new Map<string, Time>();
  readonly #findings = new Map<string, Finding>();
  readonly #records = new Map<string, ServerRecord>();

  constructor({ clock, random }: { readonly clock: Pick<Clock, 'now'>; readonly random: Random }) {
    this.startedAt = clock.now();
    const time = new Date(this.startedAt).toISOString().replaceAll(/[-:.]/g, '');
    const tail = Math.floor(random() * 36 ** 6)
      .toString(36)
      .padStart(6, '0');
    this.id = `${time}-${tail}`;
  }

  found(id: string, finding: Finding): void {
    this.#findings.set(id, finding);
  }

  /** The last finding of each server, by id. */
  get findings(): readonly (readonly [id: string, finding: Finding])[] {
    return [...this.#findings].toSorted(([a], [b]) => (a < b ? -1 : 1));
  }

  /** The last outcome of a server; `unreached` if there is none. */
  outcomeOf(id: string): Outcome {
    return this.#findings.get(id)?.outcome ?? 'unreached';
  }

  /** Records that a server's item was written in place of `before`. */
  wrote(record: ServerRecord, before: ServerRecord | undefined): void {
    const { id, retry } = record;
    this.written += 1;
    this.#records.set(id, record);
    if (retry && retry.notBefore !== before?.retry?.notBefore) {
      this.retries.set(id, retry.notBefore);
    }
  }

  /** Whether this pass wrote the item of any server, so that another pass has less to do. */
  get hasRecorded(): boolean {
    return this.#records.size > 0;
  }

  /** The item of a server that this pass wrote. */
  recordOf(id: string): ServerRecord | undefined {
    return this.#records.get(id);
  }
}

/** The label of a server, for findings and events. */
export function labelOf({ server }: { readonly server: { readonly label?: string } }): {
  label?: string;
} {
  return server.label === undefined ? {} : { label: server.label };
}

/** Adds the requests that the user's plan made before the pass. */
export function withCalls(
  own: VendorCalls,
  { list, get, put, create = 0, delete: deleted = 0, throttled }: VendorCalls = none,
): VendorCalls {
  const { throttled: ownThrottled = 0 } = own;
  const both = ownThrottled + (throttled ?? 0);
  return {
    list: own.list + list,
    get: own.get + get,
    put: own.put + put,
    ...sumOf('create', create + (own.create ?? 0)),
    ...sumOf('delete', deleted + (own.delete ?? 0)),
    ...(both > 0 && { throttled: both }),
  };
}

const sumOf = (name: 'create' | 'delete', calls: number) => (calls > 0 ? { [name]: calls } : {});

const none: VendorCalls = { list: 0, get: 0, put: 0 };
