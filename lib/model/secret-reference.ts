import type { Auth } from './desired.types.ts';
import type { Json } from './json/json.types.ts';
import type { SecretReference, SecretRequest } from './secret.ts';
import type { Unit } from './units.ts';

/** The reference in a `secret` field; the schema has checked its form. */
export function asReference(value: Json): SecretReference {
  return value as unknown as SecretReference;
}

/** The request for the value of a declared `secret` field. */
export function requestOf({ field, value }: Unit): SecretRequest {
  return { ...asReference(value), ...(field.multiline === true && { multiline: true }) };
}

/** `name` or `name#key`, as an applied record names the source of a value. */
export function formatReference({ secret, key }: SecretReference): string {
  return key === undefined ? secret : `${secret}#${key}`;
}

/** The secret that a connection signs in with. */
export function credentialOf(auth: Auth): SecretReference {
  switch (auth.type) {
    case 'bearer':
      return auth.token;
    case 'client-credentials':
      return auth.client_secret;
    case 'refresh-token':
      return auth.refresh_token;
  }
}
