import type { FingerprintKeys } from '../../model/fingerprint.types.ts';
import type { LedgerState } from '../../ledger/ledger.types.ts';
import type { DesiredState } from './desired.ts';
import type { LiveState } from './live.ts';

/** What the tables have for the servers in scope. */
export interface Tables {
  readonly desired: DesiredState;
  readonly ledger: LedgerState;
}

/** Everything that a pass plans from. */
export interface Readings extends Tables {
  readonly live: LiveState;
  readonly secretVersions: SecretVersions;
  /** Version of the secret that the connection signs in with, where it is known. */
  readonly credential: string | undefined;
  readonly keys: FingerprintKeys;
}

/** Ids of current versions by the name of the secret. */
export type SecretVersions = ReadonlyMap<string, string>;
