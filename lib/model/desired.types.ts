import type { JsonObject, Pointer } from './json/json.types.ts';
import type { Act, Mode } from './outcome.ts';
import type { StoredLabel } from './lifecycle.types.ts';
import type { SecretReference } from './secret.ts';
import type { Unit } from './units.ts';

export type Auth =
  | { readonly type: 'bearer'; readonly token: SecretReference }
  | {
      readonly type: 'client-credentials';
      readonly tokenUrl: string;
      readonly client_id: string;
      readonly client_secret: SecretReference;
      readonly audience?: string | undefined;
    }
  | {
      readonly type: 'refresh-token';
      readonly tokenUrl: string;
      readonly client_id: string;
      readonly refresh_token: SecretReference;
      /** For `trueup login`: where a person signs in, and what is asked for. A pass needs none of them. */
      readonly authorizeUrl?: string | undefined;
      readonly scope?: string | undefined;
      readonly audience?: string | undefined;
    };

export interface Budget {
  readonly requestsPerMinute: number;
  readonly concurrency: number;
}

/**
 * The guard's limits: changes of more than `updates` (a share, 0 to 1) in connections of at least `minimum` servers are held, and
 * so are more than `creates` new servers within an hour.
 */
export interface Limits {
  readonly creates: number;
  readonly updates: number;
  readonly minimum: number;
}

/** A connection's row, parsed, with defaults filled in. */
export interface Connection {
  readonly name: string;
  readonly provider: string;
  readonly baseUrl: string;
  readonly auth: Auth;
  readonly budget: Budget;
  readonly policy: ConnectionPolicy;
  /** Whose servers, where the gateway asks for it. */
  readonly userId?: string;
  readonly generation?: number;
}

export interface ConnectionPolicy {
  readonly mode: Mode;
  readonly manage: readonly Act[];
  readonly ignore: readonly Pointer[];
  /** Milliseconds; absent means never. */
  readonly reassertEvery?: number;
  readonly limits: Limits;
}

/** What holds for one server: its own policy before its connection's. */
export interface ServerPolicy {
  readonly mode: Mode;
  readonly manage: readonly Act[];
  readonly ignore: readonly Pointer[];
  /** Milliseconds; absent means never. */
  readonly reassertEvery?: number;
}

/** A server's row, parsed, with its policy resolved. */
export interface DesiredServer {
  readonly id: string;
  readonly label?: string;
  readonly generation?: number;
  readonly spec: JsonObject;
  readonly policy: ServerPolicy;
  /** What Trueup owns of it: all that `spec` declares but what is ignored, by pointer. */
  readonly units: readonly Unit[];
  /** Hash of `spec` and `policy` as declared: whether a declaration changed. */
  readonly contentHash: string;
  /** Present if its row has no id: Trueup creates it. */
  readonly created?: CreatedServer;
}

/** A server that Trueup creates, and may delete: its id is the key of its row until it has one. */
export interface CreatedServer {
  readonly label: string;
  readonly isAbsent: boolean;
  /** What can only be said when it is created. */
  readonly createOnly: readonly Unit[];
  /** What the ledger has of the label; without a binding it does not exist yet, or that is not settled. */
  readonly stored: StoredLabel;
}

/** A row that does not fit: it has an outcome, and harms no other row. */
export interface InvalidServer {
  readonly id: string;
  readonly label?: string;
  readonly reason: string;
}
