import { TrueupError } from '../model/errors/errors.ts';
import type { JsonObject } from '../model/json/json.types.ts';
import type { Secret, SecretReference } from '../model/secret.ts';
import { forgetWaits } from '../ledger/forget-waits.ts';
import type { Ledger } from '../ledger/ledger.types.ts';
import type { Lease, LeaseWorld } from '../lease/lease.ts';
import type { SignInDependencies } from './renewal.ts';
import { ifItAnswers } from '../lease/hand-over.ts';
import { StoreError } from '../model/errors/store-error.ts';
import type { AccessToken } from './token-exchange.types.ts';
import { defaultTokenKey, saveStubbornly, tokenObject, withTokens } from './stored-token.ts';
import { serveRounds } from '../lease/rounds.ts';
import { waitForLease } from '../lease/wait-for-lease.ts';
import type { Patience } from '../lease/wait-for-lease.ts';

/** What storing a login needs. */
export type LoginDependencies = LeaseWorld & SignInDependencies & { readonly ledger: Ledger };

/** Where a connection keeps its refresh token. */
export interface TokenPlace {
  readonly connection: string;
  readonly reference: SecretReference;
}

/** What a person brought back from signing in. */
export interface Login extends TokenPlace {
  readonly refreshToken: Secret;
  readonly access: AccessToken;
  /** Who signed in, for the history. */
  readonly by: string;
}

/** What is in the secret now: its members, or nothing if it is not there or empty. */
export interface TokenPlaceNow {
  readonly exists: boolean;
  readonly whole: JsonObject;
}

/** What a login has written; or who holds the lease, and then nothing is. */
export type StoredLogin =
  | { readonly kind: 'stored'; readonly isNew: boolean }
  | { readonly kind: 'locked'; readonly owner: string };

/**
 * Puts a new refresh token into the connection's secret, under the lease: a pass that exchanges the old one at the same
 * moment would write its own over it. Members that are not Trueup's stay, the backoff of the connection ends, and its servers
 * that failed are tried again: they may have been refused for the rights of the earlier sign-in. What others ask for meanwhile is handed to the queue, or left to the next owner.
 *
 * @throws StoreError if it could not be saved; TrueupError (`secret-not-object`), InterruptedError
 */
export async function storeLogin(
  login: Login,
  patience: Patience,
  deps: LoginDependencies,
): Promise<StoredLogin> {
  const { connection } = login;
  // Once the token is saved, what others asked for may as well wait for the next owner of the lease.
  const world = { ...deps, queue: ifItAnswers(deps.queue) };
  const lease = await waitForLease(connection, patience, world);
  if (typeof lease === 'string') return { kind: 'locked', owner: lease };
  let isNew = false;
  await serveRounds(lease, {
    connection,
    scope: new Set(),
    alone: true,
    round: async (held) => {
      isNew = await write(login, held, deps);
      held.saved.setRetry(undefined);
      await forgetWaits(connection, undefined, deps, () => held.assertOwned(0));
      return { stop: true };
    },
  });
  return { kind: 'stored', isNew };
}

async function write(
  { connection, reference, refreshToken, access, by }: Login,
  lease: Lease,
  { credentialStore, clock, ledger, uuid, settings }: LoginDependencies,
): Promise<boolean> {
  const { secret: name, key = defaultTokenKey } = reference;
  const { exists, whole } = await readTokenPlace({ connection, reference }, credentialStore);
  const value = withTokens(whole, key, refreshToken, access);
  const writeId = uuid();
  const at = new Date(clock.now()).toISOString();
  await ledger.record(connection, { kind: 'login', at, by, secret: name });
  await saveStubbornly(clock, async () => {
    lease.assertOwned(settings.attemptMs);
    const how = exists ? 'save' : 'create';
    await credentialStore[how](connection, name, value, writeId);
  });
  return !exists;
}

/**
 * Looks whether a login could be kept there, which is best known before a user signs in.
 *
 * @throws StoreError if it cannot be read; TrueupError (`secret-not-object`) if it holds no JSON object
 */
export async function readTokenPlace(
  { connection, reference: { secret: name } }: TokenPlace,
  credentialStore: SignInDependencies['credentialStore'],
): Promise<TokenPlaceNow> {
  let value: Secret;
  try {
    ({ value } = await credentialStore.read(connection, name));
  } catch (error) {
    if (!(error instanceof StoreError) || error.code !== 'store-absent') throw error;
    return { exists: false, whole: {} };
  }
  const whole = value.reveal().trim() === '' ? {} : tokenObject(value);
  if (whole) return { exists: true, whole };
  const problem = `secret ${name} holds something that is no JSON object, and a login writes over nothing`;
  throw new TrueupError('secret-not-object', problem, { context: { connection } });
}
