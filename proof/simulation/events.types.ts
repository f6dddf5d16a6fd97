import type { JsonObject } from '../../lib/model/json/json.types.ts';
import type { ServerRecord } from '../../lib/model/ledger.types.ts';
import type { HeldPlan, LedgerState } from '../../lib/ledger/ledger.types.ts';
import type { WorkMessage } from '../../lib/work/message.ts';
import type { HttpAnswer, HttpRequest } from './vendor.ts';
import type { Process } from './scheduler.ts';

/** A request of a process to a vendor, from the moment at which it was made to that of its answer. */
export interface VendorCall {
  readonly process: Process;
  readonly connection: string;
  readonly operation: 'list' | 'get' | 'put' | 'create' | 'delete' | 'token';
  readonly id?: string;
  readonly request: HttpRequest;
  readonly calledAt: number;
  /** Whether the process stood still between its last check and the moment at which the request left. */
  frozen: boolean;
  /** When the vendor did what was asked for, if it did. */
  landedAt?: number;
  /** What the vendor stored before and after; of a PUT that landed. */
  before?: JsonObject | undefined;
  after?: JsonObject | undefined;
  /** What the vendor itself answered, when it did what was asked for. */
  done?: number;
  /** What the client was told; undefined if nothing of use. */
  answer?: HttpAnswer;
  /** `failed`: an error that is no answer; `no-route`: nothing was sent; undefined while it is under way. */
  outcome?: 'told' | 'failed' | 'no-route';
}

/** What the oracles see: effects, in the order in which they took place. */
export type SimEvent =
  | {
      readonly kind: 'desired-read';
      readonly process: Process;
      readonly connection: string;
      readonly ids: readonly string[] | undefined;
      /** Whether it begins a reading; else it is a further page. */
      readonly isFirst: boolean;
      /** Which version of each row is in it. */
      readonly rows: ReadonlyMap<string, number>;
    }
  | {
      readonly kind: 'ledger-read';
      readonly process: Process;
      readonly connection: string;
      readonly ids: readonly string[] | undefined;
      readonly state: LedgerState;
    }
  | {
      readonly kind: 'ledger-write';
      readonly process: Process;
      readonly connection: string;
      readonly before: ServerRecord | undefined;
      /** Undefined: the item was removed. */
      readonly after: ServerRecord | undefined;
    }
  | {
      readonly kind: 'held';
      readonly process: Process;
      readonly connection: string;
      readonly held: HeldPlan;
      /** Records of the ledger at that moment. */
      readonly servers: LedgerState['servers'];
    }
  /** What is stored of a label: its reservation or its binding; undefined: the item was removed. */
  | {
      readonly kind: 'label';
      readonly process: Process;
      readonly connection: string;
      readonly key: string;
      readonly value: unknown;
    }
  | { readonly kind: 'approved'; readonly connection: string; readonly digest: string }
  | { readonly kind: 'report'; readonly process: Process; readonly connection: string }
  | {
      readonly kind: 'acquired';
      readonly process: Process;
      readonly connection: string;
      readonly epoch: number;
      readonly takenOver: boolean;
    }
  | {
      readonly kind: 'saved';
      readonly process: Process;
      readonly connection: string;
      readonly released: boolean;
    }
  /** A process was told that its knock counts: what it asks for is not its own any more. */
  | {
      readonly kind: 'acknowledged';
      readonly process: Process;
      readonly connection: string;
      readonly ids: readonly string[] | undefined;
      /** When it began to ask. */
      readonly since: number;
    }
  | { readonly kind: 'resend'; readonly connection: string; readonly id: string }
  /** A message has come to the queue. */
  | { readonly kind: 'sent'; readonly process: Process; readonly message: WorkMessage }
  | {
      readonly kind: 'vendor';
      readonly phase: 'called' | 'landed' | 'answered';
      readonly call: VendorCall;
    }
  /** An error that is not typed. */
  | { readonly kind: 'bug'; readonly text: string }
  /** Something that leaves memory, other than a vendor's own request. */
  | { readonly kind: 'out'; readonly to: string; readonly text: string };

/** What an oracle found wrong. */
export interface Violation {
  readonly invariant: Invariant;
  readonly what: string;
  /** Milliseconds from the beginning of the run. */
  readonly at: number;
}

export const invariants = [
  'convergence',
  'no-harm',
  'no-stale-write',
  'nothing-lost',
  'no-flood',
  'no-leak',
] as const;

export type Invariant = (typeof invariants)[number];
