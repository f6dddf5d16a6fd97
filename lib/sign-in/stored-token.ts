import type { Json, JsonObject } from '../model/json/json.types.ts';
import { isJsonObject } from '../model/json/json.ts';
import type { Secret } from '../model/secret.ts';
import { StoreError } from '../model/errors/store-error.ts';
import type { Clock } from '../model/runtime.types.ts';
import type { AccessToken } from './token-exchange.types.ts';

/*
 * The secret of a `refresh-token` connection: a JSON object with the refresh token, and beside it the access token and
 * its end. Members that are not Trueup's stay.
 */

/** The member that has the refresh token, where the reference names none. */
export const defaultTokenKey = 'refresh_token';

/** The object; undefined if the text is not one. */
export function tokenObject(value: Secret): JsonObject | undefined {
  try {
    const parsed: Json = JSON.parse(value.reveal());
    return isJsonObject(parsed) ? parsed : undefined;
  } catch {
    // The error would quote the text.
    return undefined;
  }
}

/** The object with other tokens in it. Without an access token, the one that is there stays, with its end. */
export function withTokens(
  whole: JsonObject,
  key: string,
  refreshToken: Secret,
  access: AccessToken | undefined,
): Readonly<Record<string, Json | Secret>> {
  return {
    ...whole,
    [key]: refreshToken,
    ...(access && {
      access_token: access.token,
      expires_at: new Date(access.expiresAt).toISOString(),
    }),
  };
}

/** A save is repeated so often before the new refresh token is given up. */
const saveAttempts = 4;

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
      if (!(error instanceof StoreError) || attempt >= saveAttempts) throw error;
      // oxlint-disable-next-line no-await-in-loop
      await clock.sleep(500 * 2 ** attempt);
    }
  }
}
