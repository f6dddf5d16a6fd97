import { digestOf } from '../../plan/diff/change.ts';
import type { CreatedServer, InvalidServer } from '../../model/desired.types.ts';
import type { Json } from '../../model/json/json.types.ts';
import type { Time } from '../../model/ledger.types.ts';
import type { StoredLabel } from '../../model/lifecycle.types.ts';
import { newLabelIn } from '../../model/names/server-key.ts';
import type { Declared } from '../../plan/server-plan.types.ts';

/** The ledger's state of the labels of a connection. */
export type Labels = ReadonlyMap<string, StoredLabel>;

export const noLabels: Labels = new Map();

/**
 * Replaces a row without an id by a server with the id of its label's binding, if there is one. From then on it is
 * treated like any other server.
 */
export function boundServer(declared: Declared, labels: Labels, account: string): Declared {
  const { server } = declared;
  const label = newLabelIn(server.id);
  const stored = label === undefined ? undefined : labels.get(label);
  if (!stored) return declared;
  const { binding } = stored;
  const id = binding?.id ?? server.id;
  const invalid = (reason: string): Declared => {
    const shown: InvalidServer = { id, reason, stored, ...(label !== undefined && { label }) };
    return { valid: false, server: shown };
  };
  const other = binding ?? stored.reservation;
  if (other && other.account !== account) {
    return invalid(
      'its label belongs to a server at another gateway or account; use another label, declare the server with its id, or change the connection back',
    );
  }
  if (!declared.valid) return { valid: false, server: { ...declared.server, id, stored } };
  const created: CreatedServer = { ...(declared.server.created as CreatedServer), stored };
  // To delete it, the fields are not sent.
  if (binding && !created.isAbsent && binding.createOnly !== createOnlyHash(created)) {
    return invalid(
      'changes a field that can only be set on create; restore the value, or declare the server absent and then present again',
    );
  }
  return { valid: true, server: { ...declared.server, id, created } };
}

/** Hash of the fields that can only be set on create. */
export function createOnlyHash({ createOnly }: Pick<CreatedServer, 'createOnly'>): string {
  return digestOf(createOnly.map(({ pointer, value }): Json => [pointer, value]));
}

/** What the ledger has for the label of a row without an id. */
export function storedOf(declared: Declared | undefined): StoredLabel | undefined {
  return declared?.valid === true ? declared.server.created?.stored : declared?.server.stored;
}

/** Since when it is not known whether a server was created or deleted; undefined if it is known. */
export function openSince(declared: Declared | undefined): Time | undefined {
  const { reservation, binding } = storedOf(declared) ?? {};
  return binding ? binding.removal?.at : reservation?.at;
}
