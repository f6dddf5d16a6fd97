import type { PassEnd, PassReport, Reason, ServerRecord, Time } from '../core/ledger.types.ts';
import type { Outcome, QuietCounts } from '../core/outcome.ts';
import { outcomeCounts } from '../core/outcome.ts';
import type { TrueupEvent } from '../work/events.ts';
import type { VendorCalls } from '../reconcile/ports/provider.ts';
import type { PassRequest } from './request.types.ts';
import { standing } from './failure-summary.ts';

interface Finding {
  readonly outcome: Outcome;
  readonly label?: string;
  readonly reason?: Reason;
}

/** Outcomes that a report lists by server. */
const listed: ReadonlySet<Outcome> = new Set([
  'invalid',
  'missing',
  'held',
  'failed',
  'refused',
  'waiting',
  'updated',
  'reported',
]);

const detailsAtMost = 100;

/** What a pass has found and done so far: the only thing in it that changes. */
export class PassState {
  readonly id: string;
  readonly request: PassRequest;
  readonly startedAt: number;
  readonly calls: VendorCalls = { list: 0, get: 0, put: 0 };
  readonly events: TrueupEvent[] = [];
  readonly #findings = new Map<string, Finding>();
  /** Ledger items as they were read. */
  read: ReadonlyMap<string, ServerRecord> = new Map();
  readonly #written = new Map<string, ServerRecord>();
  /** Servers in sync that are counted and no more. */
  quiet: QuietCounts = { inSync: 0, assumed: 0 };
  /** Server items or history that were written: the pass did something. */
  written = 0;
  /** Servers that this pass made wait: their next attempt. */
  readonly retries = new Map<string, Time>();
  /** The connection's own next attempt, if this pass made it wait. */
  connectionRetry: Time | undefined;
  state: PassEnd = 'ok';
  reason: Reason | undefined;
  held: string | undefined;
  undeclared: number | undefined;
  decryptedSecrets: () => number = () => 0;
  decryptedCredentials: () => number = () => 0;

  constructor(id: string, request: PassRequest, startedAt: number) {
    this.id = id;
    this.request = request;
    this.startedAt = startedAt;
  }

  found(id: string, finding: Finding): void {
    this.#findings.set(id, finding);
  }

  /** What was last found of a server; `unreached` if nothing was. */
  outcomeOf(id: string): Outcome {
    return this.#findings.get(id)?.outcome ?? 'unreached';
  }

  /** A server's item was written in place of `before`. */
  wrote(record: ServerRecord, before: ServerRecord | undefined): void {
    const { id, retry } = record;
    this.written += 1;
    this.#written.set(id, record);
    if (retry && retry.notBefore !== before?.retry?.notBefore) {
      this.retries.set(id, retry.notBefore);
    }
  }

  /** The pass ended before its time. */
  ended(state: PassEnd, reason: Reason): void {
    this.state = state;
    this.reason = reason;
  }

  report(now: number): PassReport {
    const findings = [...this.#findings].toSorted(([a], [b]) => (a < b ? -1 : 1));
    return {
      pass: this.id,
      trigger: this.request.trigger,
      connection: this.request.connection,
      scope: this.request.servers ? 'named' : 'all',
      startedAt: new Date(this.startedAt).toISOString(),
      durationMs: now - this.startedAt,
      servers: findings.length + this.quiet.inSync + this.quiet.assumed,
      counts: outcomeCounts(
        findings.map(([, { outcome }]) => outcome),
        this.quiet,
      ),
      ...(this.undeclared !== undefined && { undeclared: this.undeclared }),
      vendorCalls: { ...this.calls },
      secretsDecrypted: this.decryptedSecrets(),
      credentialsDecrypted: this.decryptedCredentials(),
      state: this.state,
      ...(this.reason && { reason: this.reason }),
      ...standing(
        findings.map(([id, { outcome, reason }]) => ({
          outcome,
          ...(reason && { reason }),
          record: this.#written.get(id) ?? this.read.get(id),
        })),
        this.reason,
      ),
      ...(this.held !== undefined && { held: this.held }),
      details: findings
        .filter(([, { outcome }]) => listed.has(outcome))
        .slice(0, detailsAtMost)
        .map(([id, finding]) => ({ id, ...finding })),
    };
  }
}
