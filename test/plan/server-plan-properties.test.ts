import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { buildBody } from '../../lib/plan/body/body.ts';
import { assemblePlan, planFleet } from '../../lib/plan/fleet-plan.ts';
import { isJsonObject } from '../../lib/model/json/json.ts';
import type { Json, JsonObject, Pointer } from '../../lib/model/json/json.types.ts';
import { formatPointer, getAt, isWithin, setAt } from '../../lib/model/json/pointer.ts';
import type { Declared } from '../../lib/plan/server-plan.types.ts';
import { spec, vendorState } from './support/arbitraries.ts';
import { contextOf, serverOf } from './support/builders.ts';
import { table } from './support/tables.ts';
import { applyPut, show } from './support/vendor-model.ts';
import { worldOf } from './support/world.ts';
import type { World } from './support/world.ts';

const runs = { numRuns: 150 };

/** Pointers of all that stands in an object, an empty object being something too. */
function leaves(value: Json, path: Pointer = ''): Pointer[] {
  if (!isJsonObject(value) || Object.keys(value).length === 0) return path === '' ? [] : [path];
  return Object.keys(value).flatMap((key) => leaves(value[key]!, path + formatPointer([key])));
}

const touches = (a: Pointer, b: Pointer) => isWithin(a, b) || isWithin(b, a);

/** What stands apart from all of `pointers` is the same in both. */
function expectSameApartFrom(pointers: readonly Pointer[], a: JsonObject, b: JsonObject): void {
  for (const leaf of new Set([...leaves(a), ...leaves(b)])) {
    if (pointers.some((pointer) => touches(pointer, leaf))) continue;
    expect([leaf, getAt(b, leaf)]).toEqual([leaf, getAt(a, leaf)]);
  }
}

/** What is declared, and what a vendor replaces with it. */
function ownedIn({ units }: World): readonly Pointer[] {
  const groups = new Set(units.flatMap(({ field: { group } }) => group ?? []));
  const replaced = table.fields.filter(({ group = '' }) => groups.has(group));
  return [...units, ...replaced].map(({ pointer }) => pointer);
}

describe('any declaration and any server', () => {
  test('become one in the declared fields, and stay as they are elsewhere', () => {
    fc.assert(
      fc.property(spec, vendorState, (declared, state) => {
        const world = worldOf(declared, state);
        world.pass();
        const untrue = world.units.filter((unit) => !world.isTrue(unit));
        expect(untrue.map(({ pointer }) => pointer)).toEqual([]);
        const owned = ownedIn(world);
        expectSameApartFrom(owned, state, world.state!);
      }),
      runs,
    );
  });

  test('need nothing the second time, and no record the third', () => {
    fc.assert(
      fc.property(spec, vendorState, (declared, state) => {
        const world = worldOf(declared, state);
        world.passes(2);
        const { writes, puts } = world;
        expect(world.plan().planned.changes).toEqual([]);
        world.passes(2);
        expect([world.puts.length, world.writes]).toEqual([puts.length, writes]);
      }),
      runs,
    );
  });

  test('of a server that is as declared, nothing that can be read is sent', () => {
    fc.assert(
      fc.property(spec, (declared) => {
        const world = worldOf(declared, {});
        world.pass();
        world.record = undefined;
        const unreadable = world.plan().planned.changes.map(({ before }) => before.kind);
        expect(unreadable.every((kind) => kind === 'unreadable')).toBe(true);
      }),
      runs,
    );
  });

  test('no field that was not declared is in a change, nor in a body but as it is live', () => {
    fc.assert(
      fc.property(spec, vendorState, (declared, state) => {
        const world = worldOf(declared, state);
        const owned = world.units.map(({ pointer }) => pointer);
        for (const { pointer } of world.plan().planned.changes) expect(owned).toContain(pointer);
        world.pass();
        for (const leaf of leaves(world.puts[0] ?? {})) {
          if (owned.some((pointer) => touches(pointer, leaf))) continue;
          expect([leaf, getAt(state, leaf)]).toEqual([leaf, getAt(world.puts[0]!, leaf)]);
        }
      }),
      runs,
    );
  });
});

/** A part of a list, chosen by a mask. */
const chosen = <T>(list: readonly T[], mask: readonly boolean[]) =>
  list.filter((_, index) => mask[index % mask.length]);
const mask = fc.array(fc.boolean(), { minLength: 1, maxLength: 8 });

test('what is withheld stays as it is at the vendor, readable or not', () => {
  fc.assert(
    fc.property(spec, vendorState, mask, fc.boolean(), (declared, state, bits, hidesMeta) => {
      const world = worldOf(declared, state);
      const shown = show(table, state);
      const live = { id: 's1', fields: hidesMeta ? setAt(shown, '/meta', undefined) : shown };
      const units = world.units.filter(({ field }) => field.access !== 'secret');
      const pointers = units.map(({ pointer }) => pointer);
      const withheld = new Set(chosen(pointers, bits));
      const { body, sent } = buildBody(units, new Set(pointers), withheld, live, new Map());
      const after = applyPut(table, state, body);
      // Where the vendor holds something else than an object, a leaf under it cannot be kept beside another.
      const inObjects = (pointer: Pointer) =>
        pointers.every((other) => isWithin(pointer, other) || !touches(pointer, other));
      for (const pointer of withheld) {
        if (!inObjects(pointer)) continue;
        expect([pointer, getAt(after, pointer)]).toEqual([pointer, getAt(state, pointer)]);
        expect(sent.map((unit) => unit.pointer)).not.toContain(pointer);
      }
    }),
    runs,
  );
});

test('what is ignored stays as it is at the vendor', () => {
  const ignorable = fc.subarray([
    '/restrictions/users',
    '/restrictions/connectors/blocked',
    '/restrictions/unknown',
    '/meta/a',
    '/meta/constructor',
    '/meta/__proto__/a',
    '/description',
  ]);
  fc.assert(
    fc.property(spec, vendorState, ignorable, (declared, state, ignore) => {
      const world = worldOf(declared, state);
      world.policy = { ignore };
      const owned = world.units.map(({ pointer }) => pointer);
      world.pass();
      for (const pointer of ignore) {
        // A declared text where the vendor has an object replaces all that is in it.
        if (owned.some((unit) => isWithin(pointer, unit))) continue;
        const before = leaves(getAt(state, pointer) ?? {}, pointer).filter(
          (leaf) => getAt(state, leaf) !== undefined,
        );
        for (const leaf of before) {
          expect([leaf, getAt(world.state!, leaf)]).toEqual([leaf, getAt(state, leaf)]);
        }
      }
    }),
    runs,
  );
});

test('the digest depends on the changes: not on order, time, or what is in sync', () => {
  const counted = { declared: 9, changedLastHour: 0, changing: 0, share: 0 };
  const guard = { active: true, limit: 1, minimum: 1, ...counted };
  const digest = (
    servers: readonly (readonly [string, JsonObject, JsonObject])[],
    now: number,
  ): string => {
    const declared = new Map<string, Declared>(
      servers.map(([id, one]) => [id, { valid: true, server: serverOf(one, { id }) }]),
    );
    const live = new Map(servers.map(([id, , state]) => [id, state]));
    const { servers: plans, quiet } = planFleet(contextOf({ now }), declared, (id, one) => ({
      declared: one,
      live: { id, fields: show(table, live.get(id)!) },
      resend: 'none',
    }));
    const fleet = { servers: [...plans.values()].map((plan) => plan.planned), quiet };
    return assemblePlan(
      { connection: 'acme', provider: 'toy' },
      fleet,
      { count: 0, first: [] },
      guard,
    ).digest;
  };
  fc.assert(
    fc.property(
      fc.uniqueArray(fc.tuple(fc.uuid(), spec, vendorState), {
        selector: ([id]) => id,
        maxLength: 5,
      }),
      fc.nat(),
      (servers, time) => {
        const known = digest(servers, 0);
        expect(digest(servers.toReversed(), time)).toBe(known);
        expect(digest([...servers, ['in-sync', { name: 'a' }, { name: 'a' }]], time)).toBe(known);
        expect(digest([...servers, ['other', { name: 'a' }, { name: 'b' }]], time)).not.toBe(known);
      },
    ),
    { numRuns: 100 },
  );
});
