import { afterAll, beforeAll, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { BarndoorServerInit } from '../../lib/local/gateways/barndoor/simulator.ts';
import { startWorld, connection, outcomesOf, serverIds } from '../support/world.ts';
import type { TestWorld } from '../support/world.ts';

let world: TestWorld;

beforeAll(async () => {
  world = await startWorld();
});

afterAll(async () => {
  await world.close();
});

const text = fc
  .string({ minLength: 1, maxLength: 12, unit: 'grapheme' })
  .filter((s) => s.trim() !== '');
const leaf = fc.oneof(text, fc.boolean(), fc.integer(), fc.array(text, { maxLength: 3 }));
const meta = fc.dictionary(
  fc.stringMatching(/^[a-z~/]{1,5}$/),
  fc.oneof(leaf, fc.dictionary(fc.stringMatching(/^[a-z]{1,3}$/), leaf, { maxKeys: 3 })),
  { maxKeys: 4 },
);
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
  secret: fc.option(text, { nil: undefined }),
});

test('apply, plan again, expect nothing; and what was not declared is as it was', async () => {
  let round = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(server, { minLength: 1, maxLength: 9 }), async (fleet) => {
      round += 1;
      for (const { id } of world.barndoor.servers.slice()) {
        world.barndoor.remove(id);
        await world.desired.remove(connection, `server#${id}`);
      }
      await world.declareConnection();
      const ids = serverIds(fleet.length).map((id) => id.replace('4000', String(4000 + round)));
      for (const [index, { live, spec, secret }] of fleet.entries()) {
        const id = ids[index] ?? '';
        // names and slugs are unique at the vendor
        const unique = {
          ...spec,
          ...(spec.name !== undefined && { name: `${spec.name} ${index} d` }),
          ...(spec.slug !== undefined && { slug: `${spec.slug}-${index}-d` }),
        };
        const init: BarndoorServerInit = {
          id,
          name: `${live.name} ${index} l`,
          slug: `live-${index}`,
          // whatever the vendor shows besides, under names that are not fields of its own
          unknown: { extra: live.unknown },
          meta: { ownedByVendor: [1] },
        };
        world.barndoor.add(init);
        const name = `trueup/${connection}/s${index}`;
        if (secret !== undefined) await world.secrets.write(name, secret);
        const declared = {
          ...unique,
          ...(secret !== undefined && { client_secret: { secret: name } }),
        };
        await world.declare({ id, spec: declared });
      }
      const before = structuredClone(world.barndoor.servers);
      const first = await world.pass();
      expect(first.counts.failed + first.counts.invalid + first.counts.unreached).toBe(0);
      const second = await world.pass();
      expect(outcomesOf(second)).not.toHaveProperty('updated');
      expect(second.vendorCalls.put).toBe(0);
      expect(second.counts.inSync + second.counts.assumed).toBe(fleet.length);
      for (const [index, one] of world.barndoor.servers.entries()) {
        const was = before[index];
        const spec = fleet[index]?.spec ?? {};
        expect(JSON.stringify(one.unknown)).toBe(JSON.stringify(was?.unknown));
        expect(one.meta).toMatchObject({ ownedByVendor: [1] });
        if (spec.name === undefined) expect(one.name).toBe(was?.name);
        if (spec.slug === undefined) expect(one.slug).toBe(was?.slug);
      }
    }),
    { numRuns: 25 },
  );
  expect(world.barndoor.violations).toEqual([]);
});
