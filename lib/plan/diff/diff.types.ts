import type { FingerprintKeys } from '../../model/fingerprint.types.ts';
import type { LiveServer } from '../../model/live.types.ts';
import type {
  AppliedField,
  NormalisedField,
  Reason,
  ServerRecord,
  Time,
} from '../../model/ledger.types.ts';
import type { FieldChange } from '../plan.types.ts';
import type { Unit } from '../../model/units.ts';

/** Everything that the diff of one server depends on. */
export interface DiffInputs {
  /** `accountKey` of the connection. */
  readonly account: string;
  readonly server: string;
  readonly contentHash: string;
  readonly live: LiveServer;
  /** Absent: the server has no ledger item yet. */
  readonly record?: ServerRecord | undefined;
  readonly keys: FingerprintKeys;
  /** Version ids of AWSCURRENT by secret name, where known. */
  readonly secretVersions: ReadonlyMap<string, string>;
  /** Milliseconds; absent means never. */
  readonly reassertEvery?: number | undefined;
  /** Unreadable fields whose state is unknown: an unfinished intent, or a `resend` mark. */
  readonly resend: 'none' | 'all' | ReadonlySet<string>;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** What the ledger should record for a field although nothing is sent; null removes the entry. */
export interface FieldNote {
  readonly applied?: AppliedField | null;
  readonly undecided?: null;
  readonly normalised?: NormalisedField | null;
}

/** The result of the diff for one unit. */
export type FieldVerdict = { readonly unit: Unit; readonly note: FieldNote } & (
  | { readonly state: 'inSync' }
  | { readonly state: 'assumed'; readonly since: Time; readonly verifiable: boolean }
  /** `refused`: why it had been refused; it is now sent once more. */
  | { readonly state: 'change'; readonly change: FieldChange; readonly refused?: Reason }
  | { readonly state: 'refused'; readonly reason: Reason; readonly change: FieldChange }
);
