import { expect } from '@jest/globals';
import fc from 'fast-check';
import { declarable, json } from '../../plan/support/arbitraries.ts';
import { alloyConnection as connection, type TestWorld } from '../../support/world.ts';
import type { RandomFleet } from './random-fleet.ts';

const text = declarable(fc.string({ minLength: 1, maxLength: 12, unit: 'grapheme' })).filter(
  (s) => s.trim() !== '',
);
const id = fc.constantFrom('a', 'b', 'c', 'é', '__proto__', '0');
const list = fc.array(id, { maxLength: 4 });
const mode = fc.constantFrom('allowlist', 'blocklist');
const optional = { requiredKeys: [] };
const byId = fc.record({ mode, allowedIds: list, blockedIds: list }, optional);
const actions = fc.record({ mode, allowedActions: list, blockedActions: list }, optional);
const rules = fc.record({ connectors: byId, actions, users: byId }, optional);
// Whole numbers beyond 2^53 are not kept exactly, and not sent back: restrictions.test.ts has those.
const unknown = fc.dictionary(fc.stringMatching(/^x[a-z~/]{1,4}$/), json, { maxKeys: 2 });
const live = fc.record({
  name: text,
  restrictions: fc.tuple(rules, unknown).map(([known, more]) => ({ ...known, ...more })),
});
const spec = fc.record(
  {
    name: text,
    description: text,
    instructions: text,
    restrictions: rules.filter((some) => Object.keys(some).length > 0),
  },
  optional,
);
const ignored = fc.subarray(['/restrictions/users', '/restrictions/actions/blockedActions']);
const server = fc.record({ live, spec, ignored });

type Section = Record<string, unknown>;

/** What a restriction means: sets in order, nothing where nothing is said. */
function meaning(restrictions: Section) {
  const of = (name: string, lists: readonly string[]) => {
    const section = (restrictions[name] ?? {}) as Section;
    const sets = lists.map((key) => [...new Set((section[key] as string[] | undefined) ?? [])]);
    return [section['mode'] ?? null, ...sets.map((set) => set.toSorted())];
  };
  return {
    connectors: of('connectors', ['allowedIds', 'blockedIds']),
    actions: of('actions', ['allowedActions', 'blockedActions']),
    users: of('users', ['allowedIds', 'blockedIds']),
  };
}

const others = ({ connectors: _c, actions: _a, users: _u, ...rest }: Section) => rest;

/** Access rules at random, some of them ignored, at an Alloy that keeps what it does not know. */
export const alloyFleet = (
  world: TestWorld,
): RandomFleet<typeof server extends fc.Arbitrary<infer T> ? T : never> => {
  let before: typeof world.alloy.servers = [];
  return {
    connection,
    server,
    declareConnection: () =>
      world.declareAlloyConnection({
        policy: { mode: 'correct', limits: { minimum: 1000 } },
        budget: { requestsPerMinute: 60_000 },
      }),
    clear: async () => {
      for (const { serverId } of world.alloy.servers.slice()) {
        world.alloy.remove(serverId);
        await world.desired.remove(connection, `server#${serverId}`);
      }
    },
    add: async (one, index, round) => {
      const serverId = `r${round}-${index}`;
      world.alloy.add({ serverId, ...one.live, name: `${one.live.name} ${index} l` });
      const ignore = one.ignored.filter(
        // what `spec` itself spells out cannot be ignored
        (pointer) => one.spec.restrictions && !spells(one.spec.restrictions, pointer),
      );
      const unique = one.spec.name !== undefined && { name: `${one.spec.name} ${index} d` };
      const row = { id: serverId, spec: { ...one.spec, ...unique }, policy: { ignore } };
      await world.declareAtAlloy(row);
      before = structuredClone(world.alloy.servers);
    },
    isLeftAlone: (fleet) => {
      for (const [index, now] of world.alloy.servers.entries()) {
        const was = before[index];
        const { spec: declared, ignored: some } = fleet[index] ?? { spec: {}, ignored: [] };
        expect(JSON.stringify(others(now.restrictions))).toBe(
          JSON.stringify(others(was?.restrictions ?? {})),
        );
        if (!declared.restrictions) expect(now.restrictions).toEqual(was?.restrictions);
        else if (some.length === 0) {
          // A section that is not declared stays as it was.
          const stays = was?.restrictions ?? {};
          expect(meaning(now.restrictions)).toEqual(
            meaning({ ...stays, ...declared.restrictions }),
          );
        }
        if (declared.name === undefined) expect(now.name).toBe(was?.name);
        expect(now.description).toBe(declared.description ?? was?.description);
      }
      expect(world.alloy.violations).toEqual([]);
    },
  };
};

function spells(restrictions: Section, pointer: string): boolean {
  const [, section = '', key] = pointer.split('/').slice(1);
  const found = restrictions[section];
  return found !== undefined && (key === undefined || key in (found as object));
}
