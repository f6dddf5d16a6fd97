import type { Auth } from '../../model/desired.types.ts';
import { StoreError } from '../../model/errors/store-error.ts';
import type { Clock } from '../../model/runtime.types.ts';
import type { SecretReference } from '../../model/secret.ts';
import { digestOf } from '../../plan/change.ts';
import type { SavedSignIn } from './saved-sign-in.types.ts';

type RefreshToken = Extract<Auth, { type: 'refresh-token' }>;

/** The member that has the refresh token, where the reference names none. */
export const defaultSeedKey = 'refresh_token';

/** The declared secret, in which a person puts the first refresh token: a JSON object that has it under the key. */
export function seedOf({ refresh_token: { secret, key } }: RefreshToken): SecretReference {
  return { secret, key: key ?? defaultSeedKey };
}

/** Whose tokens a sign-in has: those of one issuer are never sent to another. */
export function originOf(auth: RefreshToken): string {
  const { secret, key = '' } = seedOf(auth);
  return digestOf([auth.tokenUrl, auth.client_id, secret, key]);
}

/**
 * Whether saved tokens come before the declared secret: they are of this declaration, and the secret has the version that it
 * had when they came, or cannot be read.
 */
export function isCurrent(
  saved: SavedSignIn,
  auth: RefreshToken,
  version: string | undefined,
): boolean {
  const isNewer = version !== undefined && version !== saved.seedVersion;
  return saved.origin === originOf(auth) && !isNewer;
}

/** A save is made so often before the new refresh token is given up. */
const saveAttempts = 4;
/** Where the store throttles: some 40 seconds, in which Parameter Store takes 120 writes of all processes together. */
const throttledAttempts = 8;
const longestWaitMs = 8000;

/** Calls `save` until it succeeds: what it saves exists nowhere else. @throws StoreError of the last attempt */
export async function saveStubbornly(
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
