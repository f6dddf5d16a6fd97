import * as z from 'zod/mini';
import { decide } from '../lifecycle/protocol.ts';
import type { LifecycleWrite } from '../lifecycle/protocol.ts';
import type { Binding, Reservation, StoredLabel } from '../model/lifecycle.types.ts';
import { isTime } from '../model/time.ts';
import type { Clock } from '../model/runtime.types.ts';
import { nextRevision, revisionToWrite } from '../table/table.ts';
import type { Item, ItemValue, Table } from '../table/table.ts';
import { keys, labelIn, labelRange } from './keys.ts';
import type { Ledger } from './ledger.types.ts';
import { malformed, placeOf } from './malformed.ts';

const text = z.string();
const count = z.int().check(z.minimum(0));
const time = z.string().check(z.refine(isTime));

/** The value of a `create#<label>` item. */
export const reservationSchema = z.object({
  nonce: text,
  account: text,
  body: z.record(text, z.object({ keyId: text, mac: text })),
  createOnly: text,
  epoch: count,
  at: time,
  state: z.enum(['reserved', 'unsure', 'created', 'person']),
  id: z.exactOptional(text),
  consentUrl: z.exactOptional(text),
  reason: z.exactOptional(z.object({ code: text, message: text, pointer: z.exactOptional(text) })),
  looks: count,
});

/** The value of a `binding#<label>` item. */
export const bindingSchema = z.object({
  id: text,
  account: text,
  origin: z.literal('created'),
  stack: text,
  at: time,
  createOnly: text,
  consentUrl: z.exactOptional(text),
  removal: z.exactOptional(z.object({ at: time, epoch: count, approval: text })),
});

const nothing: StoredLabel = { revs: { reservation: 0, binding: 0 } };

/** Each attempt fails only because another writer's succeeded. */
const attemptsAtMost = 10;

/** The part of `Ledger` for servers that Trueup creates. */
export function labels(
  table: Table,
  clock: Pick<Clock, 'now'>,
): Pick<Ledger, 'labels' | 'advance'> {
  const read = async (connection: string, label: string): Promise<StoredLabel> => {
    const named = [keys.binding(label), keys.create(label)];
    const items = await table.getMany(connection, named);
    return labelsIn(table, connection, items).get(label) ?? nothing;
  };
  return {
    labels: async (connection) =>
      labelsIn(table, connection, await table.query(connection, labelRange)),
    advance: async (connection, label, event, seen) => {
      for (let attempt = 0; attempt < attemptsAtMost; attempt += 1) {
        // oxlint-disable-next-line no-await-in-loop -- each attempt follows from the former
        const stored = seen ?? (await read(connection, label));
        const decision = decide(stored, event);
        if (!decision.ok) return decision;
        // oxlint-disable-next-line no-await-in-loop -- see above
        const after = await write({ table, clock }, connection, label, stored, decision.writes);
        if (after) return { ok: true, stored: after };
        if (seen) return { ok: false, why: 'lost' };
      }
      return { ok: false, why: 'lost' };
    },
  };
}

/** Writes one after the other, each with its revision. @returns undefined at the first that another process changed */
async function write(
  { table, clock }: { readonly table: Table; readonly clock: Pick<Clock, 'now'> },
  connection: string,
  label: string,
  stored: StoredLabel,
  writes: readonly LifecycleWrite[],
): Promise<StoredLabel | undefined> {
  let after = stored;
  for (const { item, value } of writes) {
    const key = item === 'reservation' ? keys.create(label) : keys.binding(label);
    const known = after.revs[item];
    const rev = revisionToWrite(known, clock.now());
    const isWritten =
      value === undefined
        ? table.remove(connection, key, known)
        : // Interfaces have no index signature; both hold JSON only.
          table.put(connection, key, value as unknown as ItemValue, rev);
    // oxlint-disable-next-line no-await-in-loop -- in this order, so that no id is lost
    if (!(await isWritten)) return undefined;
    const revs = { ...after.revs, [item]: value === undefined ? 0 : nextRevision(rev) };
    after = { ...after, [item]: value, revs };
  }
  return after;
}

/** @throws StoreError that names the item if one is malformed, so that it is not treated as absent */
function labelsIn(
  table: Table,
  connection: string,
  items: readonly Item[],
): ReadonlyMap<string, StoredLabel> {
  const found = new Map<string, StoredLabel>();
  for (const item of items) {
    const key = labelIn(item.key);
    if (!key) continue;
    const { label, kind } = key;
    const before = found.get(label) ?? nothing;
    const schema = kind === 'reservation' ? reservationSchema : bindingSchema;
    const { success, data, error } = schema.safeParse(item.value);
    if (!success) {
      throw malformed(table, connection, item.key, `${placeOf(error)} is not valid`);
    }
    const value = data as Reservation | Binding;
    found.set(label, { ...before, [kind]: value, revs: { ...before.revs, [kind]: item.rev } });
  }
  return found;
}
