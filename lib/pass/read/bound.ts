import { digestOf } from '../../plan/change.ts';
import type { CreatedServer, InvalidServer } from '../../model/desired.types.ts';
import type { Json } from '../../model/json/json.types.ts';
import type { StoredLabel } from '../../model/lifecycle.types.ts';
import { newLabelIn } from '../../model/names/server-key.ts';
import type { Declared } from '../../plan/server-plan.types.ts';

/** What the ledger has of the labels of a connection. */
export type Labels = ReadonlyMap<string, StoredLabel>;

export const noLabels: Labels = new Map();

/**
 * A server as it is declared, once it is known what its label stands for: with a binding, a row without an id is a server like
 * any other, under the id of its binding. This is the one place where it becomes that.
 */
export function boundServer(declared: Declared, labels: Labels, account: string): Declared {
  const { server } = declared;
  const label = newLabelIn(server.id);
  const stored = label === undefined ? undefined : labels.get(label);
  if (!stored) return declared;
  const { binding } = stored;
  const id = binding?.id ?? server.id;
  const invalid = (reason: string): Declared => {
    const shown: InvalidServer = { id, reason, ...(label !== undefined && { label }) };
    return { valid: false, server: shown };
  };
  const other = binding ?? stored.reservation;
  if (other && other.account !== account) {
    return invalid(
      'its label is that of a server at another gateway or account; give this one another label, or go back to that gateway',
    );
  }
  if (!declared.valid) return { valid: false, server: { ...declared.server, id } };
  const created: CreatedServer = { ...(declared.server.created as CreatedServer), stored };
  if (binding && binding.createOnly !== createOnlyHash(created)) {
    return invalid(
      'has another value of what can only be said when a server is created; say what it was created with, or declare it absent and then again',
    );
  }
  return { valid: true, server: { ...declared.server, id, created } };
}

/** Hash of what can only be said when a server is created. */
export function createOnlyHash({ createOnly }: Pick<CreatedServer, 'createOnly'>): string {
  return digestOf(createOnly.map(({ pointer, value }): Json => [pointer, value]));
}
