import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { approve, approvePlanned, findHeld, findPlanned } from '../../lib/pass/approve.ts';
import { preview } from '../../lib/pass/preview.ts';
import { heldPlan } from '../ledger/records.ts';
import { connection, outcomesOf, serverIds, startWorld } from '../support/world.ts';
import type { TestWorld } from '../support/world.ts';

const ids = serverIds(10);
let world: TestWorld;
let digest: string;

beforeEach(async () => {
  world = await startWorld({}, { sqliteLedger: true });
  await world.declareConnection();
  for (const id of ids) world.barndoor.add({ id, name: `S ${id}`, slug: `s-${id}` });
  await world.declare(...ids.map((id) => ({ id, spec: { name: `New ${id}` } })));
  digest = (await world.pass()).held ?? '';
});

afterEach(async () => {
  await world.close();
});

describe('approving', () => {
  test('the beginning of a digest is enough, and the next unattended pass does it', async () => {
    const held = await approve(connection, digest.slice(0, 8), world.deps, 'kim');
    expect(held.digest).toBe(digest);
    expect(held.plan.changes).toHaveLength(10);
    const [approval] = await world.deps.ledger.approvals(connection, world.clock.now());
    expect(approval).toMatchObject({ digest, by: 'kim' });
    expect(outcomesOf(await world.pass())).toEqual({ updated: 10 });
  });

  test('looking approves nothing', async () => {
    expect((await findHeld(connection, digest, world.deps)).hashes).toHaveLength(10);
    expect(outcomesOf(await world.pass())).toEqual({ held: 10 });
  });

  test('what would be held now is found before a pass has held it, and nothing else', async () => {
    const { signal } = new AbortController();
    await world.declare({ id: ids[0] ?? '', spec: { name: 'Newer' } });
    const { plan } = await preview({ connection, trigger: 'cli' }, world.deps);
    const now = plan.guard.held ?? '';
    expect(now).not.toBe(digest);
    const found = await findPlanned(connection, now.slice(0, 12), world.deps, signal);
    expect(found).toMatchObject({ digest: now, hashes: { length: 10 } });
    expect(await findPlanned(connection, digest, world.deps, signal)).toBeUndefined();
    await expect(approve(connection, now, world.deps)).rejects.toMatchObject({ code: 'not-held' });
    if (found) await approvePlanned(connection, found, world.deps, 'kim');
    // Not held by that: the pass that comes to hold it announces it.
    expect(await world.deps.ledger.heldDigests(connection)).toEqual([digest]);
    expect(outcomesOf(await world.pass())).toEqual({ updated: 10 });
    expect(await findPlanned(connection, now, world.deps, signal)).toBeUndefined();
  });

  test.each([
    ['too short', () => digest.slice(0, 7), 'bad-digest'],
    ['no digest', () => 'held#../../', 'bad-digest'],
    ['of no held plan', () => '0'.repeat(32), 'not-held'],
  ])('what is %s is refused', async (_what, text, code) => {
    const refused = approve(connection, text(), world.deps);
    await expect(refused).rejects.toMatchObject({ name: 'ApprovalError', code });
    expect(await world.deps.ledger.approvals(connection, world.clock.now())).toEqual([]);
  });

  test('a beginning that two plans share is refused, and both are named', async () => {
    const twin = `${digest.slice(0, 8)}${'0'.repeat(24)}`;
    await world.deps.ledger.putHeld(connection, { ...heldPlan(1), digest: twin });
    const refused = approve(connection, digest.slice(0, 8), world.deps);
    await expect(refused).rejects.toMatchObject({
      code: 'ambiguous-digest',
      message: expect.stringContaining(twin),
    });
    expect((await approve(connection, digest, world.deps)).digest).toBe(digest);
  });
});
