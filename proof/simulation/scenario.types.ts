import type { JsonObject } from '../../lib/model/json/json.types.ts';

/** Milliseconds from the beginning of the run. */
type At = number;

export type VendorName = 'barndoor' | 'alloy' | 'contextforge' | 'litellm';

/** How a trigger fares on its way. */
export type Delivery = 'soon' | 'late' | 'twice' | 'lost';

export interface ServerInit {
  readonly id: string;
  /** The row's value; absent: nobody declares it. */
  readonly row?: JsonObject;
  /** What the vendor has; absent: nothing. */
  readonly live?: JsonObject;
}

/** A row without an id, which makes Trueup create a server. */
export interface LabelInit {
  readonly label: string;
  /** The row's value; absent: it is declared later. */
  readonly row?: JsonObject;
  /** Id of a server of `servers` that another deployment created under this label. */
  readonly othersId?: string;
}

export interface ConnectionInit {
  readonly name: string;
  readonly vendor: VendorName;
  readonly row: JsonObject;
  readonly servers: readonly ServerInit[];
  readonly labels?: readonly LabelInit[];
  /** By name. */
  readonly secrets: Readonly<Record<string, string>>;
  /** Fields that the vendor answers although it need not: `meta`, and `client_id` as a mask. At ContextForge, which mask. */
  readonly shows: { readonly meta: boolean; readonly mask: boolean };
}

/** What happens to the world from outside. */
export type Action = { readonly at: At } & (
  | { readonly do: 'schedule'; readonly delivery: Delivery }
  /** `row` undefined: the row is removed. `item` is `connection`, `server#<id>` or `new#<label>`. */
  | {
      readonly do: 'declare';
      readonly connection: string;
      readonly item: string;
      readonly row?: JsonObject;
      readonly delivery: Delivery;
    }
  /** Somebody changes fields at the vendor. With `new#<label>` in place of an id, of what was created under it. */
  | {
      readonly do: 'drift';
      readonly connection: string;
      readonly id: string;
      readonly fields: JsonObject;
    }
  /** Somebody makes a server at the vendor. */
  | {
      readonly do: 'appear';
      readonly connection: string;
      readonly id: string;
      readonly fields: JsonObject;
    }
  | { readonly do: 'vanish' | 'return'; readonly connection: string; readonly id: string }
  | {
      readonly do: 'rotate';
      readonly connection: string;
      readonly name: string;
      readonly value: string;
      readonly delivery: Delivery;
    }
  | {
      readonly do: 'pause' | 'resume';
      readonly connection: string;
      readonly id?: string;
      readonly minutes?: number;
    }
  | { readonly do: 'approve'; readonly connection: string }
  | {
      readonly do: 'apply';
      readonly connection: string;
      readonly id?: string;
      readonly confirmed: boolean;
    }
  /** Others use up the account's requests, and it answers nothing for a quarter of an hour. */
  | { readonly do: 'lock-out'; readonly connection: string }
  /** Access tokens that were issued up to now are no longer good. */
  | { readonly do: 'revoke'; readonly connection: string }
  | { readonly do: 'rotate-key' }
);

/** What goes wrong with the first call that fits, from `at` on. */
export type Fault = { readonly at: At; readonly on: string } & FaultKind;

export type FaultKind =
  /** A call fails, without or with its effect. */
  | { readonly what: 'error-before' | 'error-after' }
  /** The answer takes so long; a request to a vendor goes past its deadline. */
  | { readonly what: 'slow'; readonly ms: number }
  /** The process is gone, before or after the effect. */
  | { readonly what: 'crash-before' | 'crash-after' }
  /** The process stands still so long: before the request leaves, or before the answer is taken in. */
  | { readonly what: 'freeze-before' | 'freeze-after'; readonly ms: number }
  /** The client below the port repeats the call: it takes effect twice. */
  | { readonly what: 'repeat' }
  /** A hint is so old. */
  | { readonly what: 'stale'; readonly ms: number }
  /** A vendor's answer in place of its own; `after` it did what was asked for. */
  | {
      readonly what: 'status';
      readonly status: number;
      readonly after: boolean;
      readonly retryAfter?: number;
    }
  | { readonly what: 'no-route' | 'garbage' };

/** All of a run but the latencies, which the seed decides. A value: a regression is kept as this. */
export interface Scenario {
  readonly seed: number;
  readonly connections: readonly ConnectionInit[];
  readonly actions: readonly Action[];
  readonly faults: readonly Fault[];
  /** Milliseconds by which the clocks of processes are ahead, in the order in which they start. */
  readonly clocks: readonly number[];
  /** Milliseconds that a function has. */
  readonly timeLimit: number;
}
