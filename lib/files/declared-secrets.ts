import { isJsonObject } from '../core/json.ts';
import { secretReferenceSchema } from '../core/schema.ts';
import type { DeclarationDocument } from './declaration-files.ts';

/** Values of one document that are looked at; one with more is invalid anyway. */
const valuesAtMost = 100_000;

/**
 * Names of all secrets that documents refer to, sorted. What merely looks like a reference is among them too: a name too
 * many does no harm where names are looked up.
 */
export function declaredSecrets(documents: readonly DeclarationDocument[]): string[] {
  const names = new Set<string>();
  for (const { value } of documents) {
    const rest: unknown[] = [value];
    for (let seen = 0; rest.length > 0 && seen < valuesAtMost; seen += 1) {
      const next = rest.pop();
      const reference = secretReferenceSchema.safeParse(next);
      if (reference.success) names.add(reference.data.secret);
      else if (Array.isArray(next)) for (const member of next) rest.push(member);
      else if (isJsonObject(next)) for (const member of Object.values(next)) rest.push(member);
    }
  }
  return [...names].toSorted();
}
