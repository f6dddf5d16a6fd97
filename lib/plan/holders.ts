import type { FieldSpec, FieldTable } from '../model/field-table.types.ts';
import type { Json, Pointer } from '../model/json/json.types.ts';
import { getAt } from '../model/json/pointer.ts';
import type { LiveServer } from '../model/live.types.ts';
import type { FieldChange, Holder } from './plan.types.ts';
import type { ServerPlan } from './server-plan.types.ts';

type Plans = ReadonlyMap<string, ServerPlan>;

/** A live server with its declared id, or its own id if it is not declared. */
export interface Named {
  readonly id: string;
  readonly label?: string | undefined;
  readonly live: LiveServer;
}

/**
 * Adds to each plan which other server has the value of a unique field now: the gateway would reject a second one.
 *
 * | the other server                               | `what` |
 * |------------------------------------------------|-------------|
 * | keeps the value                                | `keeps`     |
 * | gets a different value in the same plan        | `gives` |
 * | the same, but first needs the value of this server | `exchanges` |
 */
export function withHolders(
  plans: Plans,
  { fields }: FieldTable,
  servers: () => Iterable<Named>,
): Plans {
  const unique = fields.filter((field) => field.unique !== undefined);
  const changing = [...plans].filter(([, { planned }]) =>
    planned.changes.some(({ pointer }) => unique.some((field) => field.pointer === pointer)),
  );
  if (changing.length === 0) return plans;
  const holders = new Map(unique.map((field) => [field.pointer, byValue(field, servers())]));
  const holderOf = (id: string, pointer: Pointer): Named | undefined => {
    const field = unique.find((one) => one.pointer === pointer);
    const change = changeAt(plans, id, pointer);
    const value =
      field && change?.after.kind === 'value' ? uniqueText(field, change.after.value) : undefined;
    const holder = value === undefined ? undefined : holders.get(pointer)?.get(value);
    return holder?.id === id ? undefined : holder;
  };
  const describe = (id: string, change: FieldChange): FieldChange => {
    const holder = holderOf(id, change.pointer);
    if (!holder) return change;
    const { id: holderId, label } = holder;
    const what = whatOf(id, holderId);
    const takenBy: Holder = { id: holderId, ...(label !== undefined && { label }), what };
    return { ...change, takenBy };

    function whatOf(own: string, first: string): Holder['what'] {
      if (!changeAt(plans, first, change.pointer)) return 'keeps';
      const seen = new Set<string>();
      let next: string | undefined = first;
      while (next !== undefined && !seen.has(next)) {
        if (next === own) return 'exchanges';
        seen.add(next);
        next = holderOf(next, change.pointer)?.id;
      }
      return 'gives';
    }
  };
  return new Map([
    ...plans,
    ...changing.map(([id, plan]): [string, ServerPlan] => {
      const changes = plan.planned.changes.map((change) => describe(id, change));
      return [id, { ...plan, planned: { ...plan.planned, changes } }];
    }),
  ]);
}

function changeAt(plans: Plans, id: string, pointer: Pointer): FieldChange | undefined {
  return plans.get(id)?.planned.changes.find((change) => change.pointer === pointer);
}

function byValue(field: FieldSpec, servers: Iterable<Named>): ReadonlyMap<string, Named> {
  const found = new Map<string, Named>();
  for (const server of servers) {
    const key = uniqueText(field, getAt(server.live.fields, field.pointer));
    if (key !== undefined) found.set(key, server);
  }
  return found;
}

/** The same text for all values that the gateway treats as equal; undefined if the value is not text. */
export function uniqueText({ unique }: FieldSpec, value: Json | undefined): string | undefined {
  if (typeof value !== 'string') return undefined;
  const text = value.normalize('NFC').trim().toLowerCase();
  return unique === 'slug' ? text.replaceAll(/[^\p{L}\p{N}]/gu, '') : text;
}
