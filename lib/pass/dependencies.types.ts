import type { FingerprintKeys } from '../model/fingerprint.types.ts';
import type { SignInDependencies } from '../sign-in/renewal.ts';
import type { Announcer } from '../work/events.ts';
import type { WorkQueue } from '../work/queue.ts';
import type { DesiredStore } from '../desired/desired-store.types.ts';
import type { LeaseStore } from '../lease/lease-store.ts';
import type { Ledger } from '../ledger/ledger.types.ts';
import type { Provider } from '../gateways/provider.ts';
import type { Clock, Log, Random } from '../model/runtime.types.ts';
import type { SecretSource } from '../secrets/secret-source.ts';
import type { ReconcileSettings } from '../lease/settings.types.ts';

/** All that a pass needs from outside. A composition root wires it once. */
export interface Dependencies extends SignInDependencies {
  readonly desired: DesiredStore;
  readonly ledger: Ledger;
  readonly lease: LeaseStore;
  readonly secrets: SecretSource;
  readonly providers: ReadonlyMap<string, Provider>;
  readonly announcer: Announcer;
  /** Where work for later goes; `noQueue` in a deployment without one. */
  readonly queue: WorkQueue;
  /** The deployment's fingerprint key; read again by the composition root after a rotation. */
  readonly keys: () => Promise<FingerprintKeys>;
  readonly clock: Clock;
  readonly random: Random;
  /** A new UUID. */
  readonly uuid: () => string;
  readonly log: Log;
  readonly settings: ReconcileSettings;
  /**
   * Whether a command that only reads may exchange a refresh token, under the lease: with files, where its user owns the secrets and no
   * other pass may come. Without a deployment's rights to save the new token the old one would be used up.
   */
  readonly readersRenew?: boolean;
  /** First part of the names of secrets: `<prefix>/<connection>/...`. */
  readonly secretPrefix: string;
  /** Names this process in leases: for people, and unique. */
  readonly owner: string;
  /** Names the clock: processes of one machine share it, and hand on a budget to the millisecond. The owner's without. */
  readonly clockName?: string;
}
