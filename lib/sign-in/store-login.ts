import type { Auth } from '../model/desired.types.ts';
import type { Secret } from '../model/secret.ts';
import { StoreError } from '../model/errors/store-error.ts';
import { forgetWaits } from '../ledger/forget-waits.ts';
import type { Ledger } from '../ledger/ledger.types.ts';
import type { Lease, LeaseWorld } from '../lease/lease.ts';
import type { SignInDependencies } from './renewal.ts';
import { ifItAnswers } from '../lease/hand-over.ts';
import type { AccessToken } from './token-exchange.types.ts';
import { originOf, saveWithRetries, seedOf } from './saved/saved-sign-in.ts';
import { serveRounds } from '../lease/rounds.ts';
import { waitForLease } from '../lease/wait-for-lease.ts';
import type { Patience } from '../lease/wait-for-lease.ts';

/** The dependencies of `storeLogin`. */
export type LoginDependencies = LeaseWorld & SignInDependencies & { readonly ledger: Ledger };

/** The result of a user's sign-in. */
export interface Login {
  readonly connection: string;
  readonly auth: Extract<Auth, { type: 'refresh-token' }>;
  readonly refreshToken: Secret;
  readonly access: AccessToken;
  /** Who signed in, for the history. */
  readonly by: string;
}

/** What was written, or the owner of the lease if nothing was. */
export type StoredLogin =
  { readonly kind: 'stored' } | { readonly kind: 'locked'; readonly owner: string };

/**
 * Saves the tokens of a login, under the lease: otherwise a concurrent pass that exchanges the old refresh token would
 * overwrite them. They are used instead of the declared secret until that has a new version. Also ends the connection's
 * backoff, and makes failed servers be tried again, because the earlier sign-in may have lacked permissions. Requests
 * of others meanwhile are sent to the queue, or left to the next owner.
 *
 * @throws StoreError if it could not be saved; InterruptedError
 */
export async function storeLogin(
  login: Login,
  patience: Patience,
  deps: LoginDependencies,
): Promise<StoredLogin> {
  const { connection } = login;
  // Once the token is saved, requests of others can also wait for the next owner of the lease.
  const world = { ...deps, queue: ifItAnswers(deps.queue) };
  const lease = await waitForLease(connection, patience, world);
  if (typeof lease === 'string') return { kind: 'locked', owner: lease };
  await serveRounds(lease, {
    connection,
    scope: new Set(),
    alone: true,
    round: async (held) => {
      await write(login, held, deps);
      held.saved.setRetry(undefined);
      await forgetWaits(connection, undefined, deps, () => held.assertOwned(0));
      return { stop: true };
    },
  });
  return { kind: 'stored' };
}

async function write(
  { connection, auth, refreshToken, access, by }: Login,
  lease: Lease,
  { signIns, secrets, clock, ledger, settings }: LoginDependencies,
): Promise<void> {
  const { secret } = seedOf(auth);
  const versions = await secrets.versions(connection, [secret]).catch(noneIfAbsent);
  const signIn = {
    refreshToken,
    access,
    origin: originOf(auth),
    seedVersion: versions.get(secret),
  };
  const at = new Date(clock.now()).toISOString();
  await ledger.record(connection, { kind: 'login', at, by });
  await saveWithRetries(clock, async () => {
    lease.assertOwned(settings.attemptMs);
    await signIns.save(connection, signIn);
  });
}

/** With files, the first login creates the secrets file. */
function noneIfAbsent(error: unknown): ReadonlyMap<string, string> {
  if (error instanceof StoreError && error.code === 'store-absent') return new Map();
  throw error;
}
