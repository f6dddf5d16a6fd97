import type { JsonObject } from '../../lib/model/json/json.types.ts';
import { isJsonObject } from '../../lib/model/json/json.ts';
import type { LedgerState } from '../../lib/ledger/ledger.types.ts';
import type { SimEvent, VendorCall } from './events.types.ts';
import { itemOf } from './labels.ts';
import { asDeclared } from './vendor-contextforge.ts';
import { liteLlmDeclared } from './vendor-litellm.ts';
import { textOf } from './vendor-quirks.ts';
import type { Process } from './scheduler.ts';

/** What the pass of a process over a connection has read. */
export interface Reading {
  /** Which version of each row. */
  readonly rows: Map<string, number>;
  ids: readonly string[] | undefined;
  readonly readAt: number;
  /** When its pass acquired the lease. A process may stand still between that and what it reads. */
  readonly begunAt: number;
  /** How many such readings there were of this process and connection, this one included. */
  readonly count: number;
  ledger: LedgerState | undefined;
  /** What the vendor showed last, by id. */
  readonly seen: Map<string, JsonObject>;
  /** What its list showed, which may be older than it is. */
  readonly listed: Map<string, JsonObject>;
}

/** A person's process plans first; its next pass is what that person asked for, the later ones are for who knocked. */
export const isAttended = ({ name }: Process, { count }: Reading): boolean =>
  name.startsWith('laptop') && count === 2;

/** Whether a server was paused when the pass read the ledger, as the clock of its process has it. */
export function isPaused(
  { clock }: Process,
  { ledger, readAt }: Reading,
  now: number,
  id: string,
): boolean {
  const then = readAt + clock.now() - now;
  return (ledger?.pauses ?? []).some(
    (pause) =>
      (pause.id === undefined || pause.id === id || pause.id === itemOf(id)) &&
      !(pause.until !== undefined && Date.parse(pause.until) <= then),
  );
}

function declaredIn(shown: JsonObject): JsonObject {
  if ('server_id' in shown) return liteLlmDeclared(shown);
  return 'authType' in shown ? asDeclared(shown) : shown;
}

const keyOf = ({ name }: Process, connection: string): string => `${name} ${connection}`;

/** Keeps, for each process and connection, what its latest pass has read: a pass begins with its rows. */
export class PassReadings {
  readonly #readings = new Map<Process, Map<string, Reading>>();
  readonly #now: () => number;
  readonly #counts = new Map<string, number>();
  readonly #acquiredAt = new Map<string, number>();

  constructor(now: () => number) {
    this.#now = now;
  }

  of(process: Process, connection: string): Reading | undefined {
    return this.#readings.get(process)?.get(connection);
  }

  see(event: SimEvent): void {
    if (event.kind === 'acquired') {
      // What it read before was for no pass.
      this.#readings.get(event.process)?.delete(event.connection);
      this.#pending.get(event.process)?.delete(event.connection);
      this.#acquiredAt.set(keyOf(event.process, event.connection), this.#now());
    } else if (event.kind === 'desired-read') {
      const { process, connection, rows, ids, isFirst } = event;
      const known = this.of(process, connection);
      if (!isFirst && known) {
        for (const [item, index] of rows) known.rows.set(item, index);
        // Rows of servers that Trueup created are read once it is known which they are.
        if (known.ids?.length === 0) known.ids = ids;
        return;
      }
      const own = this.#readings.get(process) ?? new Map<string, Reading>();
      this.#readings.set(process, own);
      const ledger = this.#pending.get(process)?.get(connection);
      this.#pending.get(process)?.delete(connection);
      const key = keyOf(process, connection);
      const count = (this.#counts.get(key) ?? 0) + 1;
      this.#counts.set(key, count);
      own.set(connection, {
        rows: new Map(rows),
        ids,
        readAt: this.#now(),
        begunAt: this.#acquiredAt.get(key) ?? this.#now(),
        count,
        ledger,
        seen: new Map(),
        listed: new Map(),
      });
    } else if (event.kind === 'ledger-read') {
      this.#tookLedger(event.process, event.connection, event.state);
    } else if (event.kind === 'vendor' && event.phase === 'answered') {
      this.#saw(event.call);
    }
  }

  /** Rows and ledger are read side by side: whichever came first belongs to the same pass. */
  readonly #pending = new Map<Process, Map<string, LedgerState>>();

  #tookLedger(process: Process, connection: string, state: LedgerState): void {
    const reading = this.of(process, connection);
    if (reading && reading.ledger === undefined) {
      reading.ledger = state;
      return;
    }
    const pending = this.#pending.get(process) ?? new Map<string, LedgerState>();
    this.#pending.set(process, pending);
    pending.set(connection, state);
  }

  #saw({ process, connection, operation, answer }: VendorCall): void {
    const reading = this.of(process, connection);
    if (
      !reading ||
      answer?.status !== 200 ||
      operation === 'put' ||
      operation === 'delete' ||
      operation === 'token'
    )
      return;
    const { body } = answer;
    // What Barndoor answers to a POST is no server.
    if (isJsonObject(body) && 'connection_id' in body) return;
    const { data, servers, gateways } = isJsonObject(body) ? body : {};
    const list = Array.isArray(body) ? body : (data ?? servers ?? gateways ?? [body]);
    for (const shown of Array.isArray(list) ? list : []) {
      if (!isJsonObject(shown)) continue;
      const id = textOf(shown['id'] ?? shown['serverId'] ?? shown['server_id']);
      const fields = declaredIn(shown);
      reading.seen.set(id, fields);
      if (operation === 'list') reading.listed.set(id, fields);
    }
  }
}
