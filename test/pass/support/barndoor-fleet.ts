import { expect } from '@jest/globals';
import fc from 'fast-check';
import { declarable } from '../../plan/support/arbitraries.ts';
import { connection, serverIds, type TestWorld } from '../../support/world.ts';
import type { RandomFleet } from './random-fleet.ts';

const text = declarable(fc.string({ minLength: 1, maxLength: 12, unit: 'grapheme' })).filter(
  (s) => s.trim() !== '',
);
const leaf = fc.oneof(text, fc.boolean(), fc.integer(), fc.array(text, { maxLength: 3 }));
const meta = fc.dictionary(
  fc.stringMatching(/^[a-z~/]{1,5}$/),
  fc.oneof(leaf, fc.dictionary(fc.stringMatching(/^[a-z]{1,3}$/), leaf, { maxKeys: 3 })),
  { maxKeys: 4 },
);
/** A secret with a control character, or one that is a JSON object, is refused. */
const sendable = text.filter((s) => !/\p{Cc}/u.test(s) && !s.trim().startsWith('{'));
const server = fc.record({
  live: fc.record({ name: text, unknown: meta }),
  spec: fc.record(
    {
      name: text,
      slug: fc.stringMatching(/^[a-z0-9-]{1,8}$/),
      client_id: fc.stringMatching(/^[a-z0-9]{1,12}$/),
      meta,
    },
    { requiredKeys: [] },
  ),
  secret: fc.option(sendable, { nil: undefined }),
});

/** Names, metadata and secrets at random, at a Barndoor that shows more than is declared. */
export const barndoorFleet = (
  world: TestWorld,
): RandomFleet<typeof server extends fc.Arbitrary<infer T> ? T : never> => {
  let before: typeof world.barndoor.servers = [];
  return {
    connection,
    server,
    declareConnection: () => world.declareConnection(),
    clear: async () => {
      for (const { id } of world.barndoor.servers.slice()) {
        world.barndoor.remove(id);
        await world.desired.remove(connection, `server#${id}`);
      }
    },
    add: async ({ live, spec, secret }, index, round) => {
      const [id = ''] = serverIds(index + 1)
        .slice(-1)
        .map((one) => one.replace('4000', String(4000 + round)));
      // names and slugs are unique at the gateway
      const unique = {
        ...spec,
        ...(spec.name !== undefined && { name: `${spec.name} ${index} d` }),
        ...(spec.slug !== undefined && { slug: `${spec.slug}-${index}-d` }),
      };
      world.barndoor.add({
        id,
        name: `${live.name} ${index} l`,
        slug: `live-${index}`,
        // whatever the gateway shows besides, under names that are not fields of its own
        unknown: { extra: live.unknown },
        meta: { ownedByVendor: [1] },
      });
      const name = `trueup/${connection}/s${index}`;
      if (secret !== undefined) await world.secrets.write(name, secret);
      const declared = {
        ...unique,
        ...(secret !== undefined && { client_secret: { secret: name } }),
      };
      await world.declare({ id, spec: declared });
      before = structuredClone(world.barndoor.servers);
    },
    isLeftAlone: (fleet) => {
      for (const [index, one] of world.barndoor.servers.entries()) {
        const was = before[index];
        const spec = fleet[index]?.spec ?? {};
        expect(JSON.stringify(one.unknown)).toBe(JSON.stringify(was?.unknown));
        expect(one.meta).toMatchObject({ ownedByVendor: [1] });
        if (spec.name === undefined) expect(one.name).toBe(was?.name);
        if (spec.slug === undefined) expect(one.slug).toBe(was?.slug);
      }
      expect(world.barndoor.violations).toEqual([]);
    },
  };
};
