import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { connection, serverIds, startWorld } from '../support/world.ts';
import type { TestWorld } from '../support/world.ts';

const minute = 60_000;
const [a = '', b = '', c = '', d = ''] = serverIds(4);

let world: TestWorld;

beforeEach(async () => {
  world = await startWorld({}, { sqliteLedger: true });
  await world.declareConnection();
  for (const id of [a, b, c]) world.barndoor.add({ id, name: `Old ${id}`, slug: `s-${id}` });
});

afterEach(async () => {
  await world.close();
});

async function since(id: string): Promise<string> {
  const record = (await world.deps.ledger.read(connection)).servers.get(id);
  if (!record) throw new Error(`the ledger has no ${id}`);
  return record.since;
}

describe('a report says', () => {
  test('nothing of failures, and no age, where all is as declared', async () => {
    await world.declare({ id: a, spec: { name: 'New' } });
    await world.pass();
    const report = await world.pass();
    for (const key of ['failures', 'differsSince', 'failingSince']) {
      expect(report).not.toHaveProperty(key);
    }
    expect(report.vendorCalls).toEqual({ list: 1, get: 0, put: 0 });
  });

  test('how many servers fail for which reason, also beyond those that it lists', async () => {
    world.barndoor.misbehave({ method: 'PUT', id: a, effect: { kind: 'status', status: 422 } });
    const lost = { secret: `trueup/${connection}/nowhere` };
    await world.declare(
      { id: a, spec: { name: 'New' } },
      { id: b, spec: { client_secret: lost } },
      { id: c, spec: { slug: 7 } },
      { id: d, spec: { name: 'Nobody' } },
    );
    expect((await world.pass()).failures).toEqual({
      rejected: 1,
      secret: 1,
      declaration: 1,
      missing: 1,
    });
  });

  test('since when the oldest stands, for as long as it does', async () => {
    const end = world.barndoor.misbehave({
      method: 'PUT',
      id: b,
      effect: { kind: 'status', status: 400 },
    });
    const row = { id: a, spec: { name: 'New' } };
    await world.declare({ ...row, policy: { mode: 'report' } });
    await world.pass();
    const reported = await since(a);
    world.clock.advance(10 * minute);
    await world.declare({ id: b, spec: { name: 'New' } });
    await world.pass();
    const failed = await since(b);
    world.clock.advance(10 * minute);
    const both = await world.pass();
    expect(both).toMatchObject({ differsSince: reported, failingSince: failed });
    await world.declare({ ...row, policy: { mode: 'correct' } });
    expect(await world.pass()).toMatchObject({ differsSince: failed, failingSince: failed });
    end();
    await world.declare({ id: b, spec: { name: 'Newer' } });
    await world.pass();
    expect(await world.pass()).not.toHaveProperty('failingSince');
  });

  test('what stands while the vendor cannot be reached, as the ledger has it', async () => {
    const status = (code: number) => ({ kind: 'status', status: code }) as const;
    world.barndoor.misbehave({ method: 'PUT', id: a, effect: status(400) });
    await world.declare({ id: a, spec: { name: 'New' } });
    await world.pass();
    const failed = await since(a);
    world.barndoor.misbehave({ operation: 'list', effect: status(403) });
    world.clock.advance(minute);
    const early = await world.pass();
    expect(early).toMatchObject({ state: 'unreachable', failingSince: failed });
    expect(early.failures).toEqual({ rejected: 1 });
    const later = await world.pass();
    expect(later).toMatchObject({ failingSince: failed, failures: { backingOff: 1 } });
  });

  test('how many requests the gateway answered with 429, repeated ones too', async () => {
    world.barndoor.misbehave({
      operation: 'list',
      effect: { kind: 'status', status: 429 },
      times: 1,
    });
    await world.declare({ id: a, spec: { name: 'New' } });
    const report = await world.pass();
    expect(report.state).toBe('ok');
    expect(report.vendorCalls).toEqual({ list: 2, get: 0, put: 1, throttled: 1 });
  });
});
