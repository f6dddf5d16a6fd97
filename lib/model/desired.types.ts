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
      /** For `trueup login` only: where the user signs in, and the scopes to request. */
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
  /** The user whose servers these are, at gateways that need one. */
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

/** The policy of one server: its own, with its connection's as the default. */
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
  /** What Trueup owns of it: everything that `spec` declares except what is ignored, by pointer. */
  readonly units: readonly Unit[];
  /** Hash of `spec` and `policy` as declared, to detect a changed declaration. */
  readonly contentHash: string;
  /** Present if its row has no id: Trueup creates it. */
  readonly created?: CreatedServer;
}

/**
 * A server that Trueup creates, and may delete. Until it has an id, the key of its row is used as
 * its id.
 */
export interface CreatedServer {
  readonly label: string;
  readonly isAbsent: boolean;
  /** Fields that can only be set on create. */
  readonly createOnly: readonly Unit[];
  /**
   * What the ledger has for the label. Without a binding the server does not exist yet, or a creation is
   * unresolved.
   */
  readonly stored: StoredLabel;
}

/** A row that is not valid: it has the outcome `invalid`, and does not affect other rows. */
export interface InvalidServer {
  readonly id: string;
  readonly label?: string;
  readonly reason: string;
  /** What the ledger has for the label of a row without an id. */
  readonly stored?: StoredLabel;
}
