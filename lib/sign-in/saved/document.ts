import * as z from 'zod/mini';
import type { JsonObject } from '../../model/json/json.types.ts';
import { Secret } from '../../model/secret.ts';
import type { SavedSignIn } from './saved-sign-in.types.ts';

/** The stored form, in clear text. It is written only to secret stores. */
const stored = z.object({
  refresh_token: z.string().check(z.minLength(1)),
  access_token: z.optional(z.string()),
  expires_at: z.optional(z.iso.datetime()),
  origin: z.string(),
  seed_version: z.optional(z.string()),
});

/** The name of a saved sign-in, in Parameter Store and in a secrets file. */
export function signInName(prefix: string, connection: string): string {
  return `/${prefix}/${connection}/sign-in`;
}

/** The tokens as JSON. */
export function documentOf(saved: SavedSignIn): JsonObject {
  const { refreshToken, access, origin, seedVersion } = saved;
  return {
    refresh_token: refreshToken.reveal(),
    ...(access && {
      access_token: access.token.reveal(),
      expires_at: new Date(access.expiresAt).toISOString(),
    }),
    origin,
    ...(seedVersion !== undefined && { seed_version: seedVersion }),
  };
}

/**
 * @returns undefined if it does not have the form of `documentOf`; zod's message is not used because it would repeat
 * the tokens
 */
export function signInOf(document: unknown): SavedSignIn | undefined {
  const parsed = stored.safeParse(document);
  if (!parsed.success) return undefined;
  const { refresh_token, access_token, expires_at, origin, seed_version } = parsed.data;
  return {
    refreshToken: new Secret(refresh_token),
    access:
      access_token !== undefined && expires_at !== undefined
        ? { token: new Secret(access_token), expiresAt: Date.parse(expires_at) }
        : undefined,
    origin,
    seedVersion: seed_version,
  };
}
