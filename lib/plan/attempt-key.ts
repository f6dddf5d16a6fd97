import { digestOf } from './change.ts';
import type { DesiredServer } from '../model/desired.types.ts';
import { asReference } from '../model/secret-reference.ts';

/**
 * What an attempt depends on besides the vendor: the declaration, what of it is owned (a connection's `ignore` can move
 * that), and the versions of the secrets that it names.
 * Backoff and terminal failures hold for one key; a new declaration or a rotated secret is tried at once.
 */
export function attemptKey(
  server: DesiredServer,
  secretVersions: ReadonlyMap<string, string>,
): string {
  const owned = server.units.map(({ pointer, field, value }) =>
    field.access === 'secret'
      ? [pointer, secretVersions.get(asReference(value).secret) ?? null]
      : [pointer],
  );
  return digestOf([server.contentHash, ...owned]);
}
