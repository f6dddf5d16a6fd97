import type { Json } from './json/json.types.ts';
import type { SecretReference } from './secret.ts';

/** The reference in a `secret` field; the schema has checked its form. */
export function asReference(value: Json): SecretReference {
  return value as unknown as SecretReference;
}

/** `name`, or `name#key`: what an applied record calls the source of a value. */
export function formatReference({ secret, key }: SecretReference): string {
  return key === undefined ? secret : `${secret}#${key}`;
}
