import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { conflictRetryMs } from '../../lib/model/backoff.ts';
import { connection, outcomesOf, serverIds, startWorld } from '../support/world.ts';
import type { TestWorld } from '../support/world.ts';

const minute = 60_000;
const [a = '', b = ''] = serverIds(2);

let world: TestWorld;

beforeEach(async () => {
  world = await startWorld();
  await world.declareConnection();
  for (const id of [a, b]) world.barndoor.add({ id, name: `Old ${id}`, slug: `s-${id}` });
  await world.declare({ id: a, spec: { name: 'New a' } }, { id: b, spec: { name: 'New b' } });
});

afterEach(async () => {
  await world.close();
});

/** When the failing server was sent to. */
const attempts = () =>
  world.barndoor.requests
    .filter(({ method, path }) => method === 'PUT' && path.endsWith(b))
    .map(({ at }) => at);
const answer = (status: number) =>
  world.barndoor.misbehave({ method: 'PUT', id: b, effect: { kind: 'status', status } });
/** So many passes, whole and of that server alone in turn, time passing before each but the first. */
const passes = async (count: number, everyMs: number, seen: () => Promise<void> | void) => {
  for (let pass = 0; pass < count; pass += 1) {
    if (pass > 0) world.clock.advance(everyMs);
    await world.pass(pass % 2 === 1 ? { servers: [b] } : {});
    await seen();
  }
};

test('a failing server gets one attempt for each notBefore, however many passes there are', async () => {
  answer(503);
  const times = new Set<string>();
  await passes(130, minute, async () => {
    const { retry } = (await world.deps.ledger.read(connection)).servers.get(b) ?? {};
    times.add(retry?.notBefore ?? 'none');
  });
  const sent = attempts();
  const due = [...times].map((time) => Date.parse(time));
  // 1, 2, 4, 8, 16, 32 minutes, then every hour
  expect(sent).toHaveLength(8);
  expect(due).toHaveLength(8);
  for (const [nth, at] of sent.slice(1).entries()) {
    expect(at).toBeGreaterThanOrEqual(due[nth] ?? Number.NaN);
    expect(at).toBeLessThan((due[nth] ?? Number.NaN) + 2 * minute);
  }
  expect(world.barndoor.find(a).name).toBe('New a');
});

test.each([400, 403, 422])(
  'after %i there is none more: 50 passes over two days',
  async (status) => {
    answer(status);
    await passes(50, 59 * minute, () => expect(attempts()).toHaveLength(1));
    expect(outcomesOf(await world.pass())).toEqual({ inSync: 1, failed: 1 });
  },
);

test.each([
  ['every ten minutes for three hours', 19, 10 * minute, 4],
  ['50 times in two days', 50, 59 * minute, 25],
])('after 409 there is one an hour: passes %s', async (_, count, everyMs, rounds) => {
  answer(409);
  await passes(count, everyMs, () => undefined);
  // tried once more at the end of each pass
  const sent = attempts();
  expect(sent).toHaveLength(2 * rounds);
  const first = sent.filter((_at, nth) => nth % 2 === 0);
  for (const [nth, at] of first.slice(1).entries()) {
    expect(at - (first[nth] ?? Number.NaN)).toBeGreaterThanOrEqual(conflictRetryMs);
  }
});
