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

/** The dependencies of a pass. A composition root creates them once. */
export interface Dependencies extends SignInDependencies {
  readonly desired: DesiredStore;
  readonly ledger: Ledger;
  readonly lease: LeaseStore;
  readonly secrets: SecretSource;
  readonly providers: ReadonlyMap<string, Provider>;
  readonly announcer: Announcer;
  /** The queue for later work; `noQueue` in a deployment without one. */
  readonly queue: WorkQueue;
  /** The deployment's fingerprint key. The composition root reads it again after a rotation. */
  readonly keys: () => Promise<FingerprintKeys>;
  readonly clock: Clock;
  readonly random: Random;
  /** A new UUID. */
  readonly uuid: () => string;
  readonly log: Log;
  readonly settings: ReconcileSettings;
  /**
   * Whether a read-only command may exchange a refresh token, under the lease. True with files, where the user owns the
   * secrets and there may be no other pass. Without the permission to save the new token, the old one would be lost.
   */
  readonly readersRenew?: boolean;
  /** First part of the names of secrets: `<prefix>/<connection>/...`. */
  readonly secretPrefix: string;
  /** A readable, unique name of this process for leases. */
  readonly owner: string;
  /**
   * The name of the clock, which processes of one machine share, so that they can pass on a budget precisely. Defaults
   * to the owner.
   */
  readonly clockName?: string;
}
