import type { FingerprintKeys } from '../core/fingerprint.types.ts';
import type { CredentialStore } from './ports/credential-store.ts';
import type { DesiredStore } from './ports/desired-store.ts';
import type { Announcer } from './ports/events.ts';
import type { LeaseItems } from './ports/lease-items.ts';
import type { Ledger } from './ports/ledger.ts';
import type { Provider } from './ports/provider.ts';
import type { Clock, Log, Random } from './ports/runtime.ts';
import type { SecretSource } from './ports/secrets.ts';
import type { WorkQueue } from './ports/work-queue.ts';
import type { TokenExchange } from './ports/token-exchange.ts';
import type { CredentialCache } from './credentials.ts';
import type { ReconcileSettings } from './settings.types.ts';

/** All that a pass needs from outside. A composition root wires it once. */
export interface Dependencies {
  readonly desired: DesiredStore;
  readonly ledger: Ledger;
  readonly lease: LeaseItems;
  readonly secrets: SecretSource;
  readonly providers: ReadonlyMap<string, Provider>;
  readonly announcer: Announcer;
  /** Where work for later goes; `noQueue` in a deployment without one. */
  readonly queue: WorkQueue;
  /** The deployment's fingerprint key; read anew by the composition root after a rotation. */
  readonly keys: () => Promise<FingerprintKeys>;
  readonly credentials: CredentialCache;
  readonly credentialStore: CredentialStore;
  readonly tokens: TokenExchange;
  readonly clock: Clock;
  readonly random: Random;
  /** A new UUID. */
  readonly uuid: () => string;
  readonly log: Log;
  readonly settings: ReconcileSettings;
  /** First part of the names of secrets: `<prefix>/<connection>/...`. */
  readonly secretPrefix: string;
  /** Names this process in leases: for people, and unique. */
  readonly owner: string;
  /** Names the clock: processes of one machine share it, and hand on a budget to the millisecond. The owner's without. */
  readonly clockName?: string;
}
