import type { Auth } from '../../model/desired.types.ts';
import { StoreError } from '../../model/errors/store-error.ts';
import type { Clock } from '../../model/runtime.types.ts';
import type { SecretReference } from '../../model/secret.ts';
import { digestOf } from '../../plan/diff/change.ts';
import type { SavedSignIn } from './saved-sign-in.types.ts';

type RefreshToken = Extract<Auth, { type: 'refresh-token' }>;

/** The default key of the refresh token in the declared secret. */
export const defaultSeedKey = 'refresh_token';

/** The reference to the declared secret, in which a user stores the first refresh token under the key. */
export function seedOf({ refresh_token: { secret, key } }: RefreshToken): SecretReference {
  return { secret, key: key ?? defaultSeedKey };
}

/** Identifies the issuer of a sign-in's tokens, which are never sent to another one. */
export function originOf(auth: RefreshToken): string {
  const { secret, key = '' } = seedOf(auth);
  return digestOf([auth.tokenUrl, auth.client_id, secret, key]);
}

/**
 * Whether saved tokens are used instead of the declared secret: they belong to this declaration, and the secret has the
 * same version as when they were saved, or cannot be read.
 */
export function isCurrent(
  saved: SavedSignIn,
  auth: RefreshToken,
  version: string | undefined,
): boolean {
  const isNewer = version !== undefined && version !== saved.seedVersion;
  return saved.origin === originOf(auth) && !isNewer;
}

/** Maximum number of attempts to save a new refresh token. */
const saveAttempts = 4;
/**
 * Maximum attempts if the store throttles: about 40 seconds, in which Parameter Store accepts 120 writes of all
 * processes.
 */
const throttledAttempts = 8;
const longestWaitMs = 8000;

/** Retries `save`, because what it saves exists nowhere else. @throws StoreError of the last attempt */
export async function saveWithRetries(
  clock: Pick<Clock, 'sleep'>,
  save: () => Promise<unknown>,
): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      // oxlint-disable-next-line no-await-in-loop
      await save();
      return;
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
      const attempts = error.code === 'store-throttled' ? throttledAttempts : saveAttempts;
      if (attempt >= attempts) throw error;
      // oxlint-disable-next-line no-await-in-loop
      await clock.sleep(Math.min(500 * 2 ** attempt, longestWaitMs));
    }
  }
}
