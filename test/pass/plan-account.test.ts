import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { startBarndoor } from '../../lib/local/gateways/barndoor/simulator.ts';
import type { BarndoorSimulator } from '../../lib/local/gateways/barndoor/simulator.ts';
import { wire } from '../../lib/wiring.ts';
import { reconcile } from '../../lib/pass/reconcile.ts';
import { bearer, connection, outcomesOf, serverIds, startWorld } from '../support/world.ts';
import type { TestWorld } from '../support/world.ts';

const ids = serverIds(12);

let world: TestWorld;
let other: BarndoorSimulator;

beforeEach(async () => {
  world = await startWorld();
  other = await startBarndoor({ servers: [], tokens: [bearer] });
  for (const id of ids) {
    world.barndoor.add({ id, name: `S ${id}`, slug: `s-${id}` });
    other.add({ id, name: `S ${id}`, slug: `s-${id}` });
  }
});

afterEach(async () => {
  await other.close();
  await world.close();
});

/** A pass with the connection's row at the other gateway. */
async function passAtOther(policy: Record<string, unknown> = { mode: 'correct' }) {
  await world.declareConnection({ baseUrl: other.url, policy });
  const settings = {
    ...world.settings,
    allowedHosts: `${world.settings.allowedHosts},barndoor=${new URL(other.url).host}`,
  };
  const { clock, endpoints } = world;
  const { announcer } = world.deps;
  const wired = wire(settings, world.log, { endpoints, clock, random: () => 0 });
  const result = await reconcile({ connection, trigger: 'schedule' }, { ...wired, announcer });
  if (result.kind !== 'done') throw new Error('the lease is owned');
  return result.report;
}

describe('a connection that moves to another gateway', () => {
  test('takes no approval with it', async () => {
    await world.declareConnection();
    await world.declare(...ids.map((id) => ({ id, spec: { name: `New ${id}` } })));
    const { held = '' } = await world.pass();
    await world.deps.ledger.approve(connection, {
      digest: held,
      at: new Date(world.clock.now()).toISOString(),
    });
    const report = await passAtOther();
    expect(outcomesOf(report)).toEqual({ held: 12 });
    expect(report.held).not.toBe(held);
    expect(other.counts.put).toBe(0);
  });

  test('knows nothing there of the secrets that it applied', async () => {
    await world.declareConnection();
    await world.secrets.write(`trueup/${connection}/shared`, 'a secret value');
    const client_secret = { secret: `trueup/${connection}/shared` };
    const some = ids.slice(0, 3);
    await world.declare(
      ...some.map((id) => ({ id, spec: { name: `S ${id}`, client_secret } })),
      ...ids.slice(3).map((id) => ({ id, spec: { name: `S ${id}` } })),
    );
    expect(outcomesOf(await world.pass())).toEqual({ updated: 3, inSync: 9 });
    expect(outcomesOf(await world.pass())).toEqual({ assumed: 3, inSync: 9 });
    // The limit holds for this hour.
    world.clock.advance(2 * 3_600_000);
    expect(outcomesOf(await passAtOther())).toEqual({ updated: 3, inSync: 9 });
    expect(other.find(some[0] ?? '')).toMatchObject({ client_secret: 'a secret value' });
  });
});
