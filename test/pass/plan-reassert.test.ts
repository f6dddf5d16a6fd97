import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { spread } from '../../lib/plan/diff/diff.ts';
import { startWorld, connection, outcomesOf, serverIds } from '../support/world.ts';
import type { TestWorld } from '../support/world.ts';

const hour = 3_600_000;
const every = 24 * hour;
const ids = serverIds(45);

let world: TestWorld;

beforeEach(async () => {
  world = await startWorld({}, { sqliteLedger: true });
  await world.declareConnection({
    policy: { mode: 'correct', reassertEvery: '24h', limits: { minimum: 1000 } },
    budget: { requestsPerMinute: 3000 },
  });
  for (const id of ids) {
    world.barndoor.add({ id, name: `S ${id}`, slug: `s-${id}` });
    await world.secrets.write(`trueup/${connection}/${id}`, `of-${id}`);
  }
  await world.declare(
    ...ids.map((id) => ({
      id,
      spec: { name: `S ${id}`, client_secret: { secret: `trueup/${connection}/${id}` } },
    })),
  );
  expect(outcomesOf(await world.pass())).toEqual({ updated: 45 });
});

afterEach(async () => {
  await world.close();
});

test('what cannot be read is sent again, each server in its own time', async () => {
  world.clock.advance(every / 2 - hour);
  expect(outcomesOf(await world.pass())).toEqual({ assumed: 45 });
  const [earliest = '', second = ''] = ids.toSorted((x, y) => spread(y) - spread(x));
  const before = spread(earliest) + spread(second);
  world.clock.advance(Math.round(every * (1 - before / 4) - (every / 2 - hour)));
  const report = await world.pass();
  expect(outcomesOf(report)).toEqual({ updated: 1, assumed: 44 });
  expect(report.secretsDecrypted).toBe(1);
  expect(world.barndoor.requests.at(-1)).toMatchObject({
    path: `/api/servers/${earliest}`,
    body: { client_secret: `of-${earliest}` },
  });
  expect(Object.keys(world.barndoor.requests.at(-1)?.body as object)).toEqual(['client_secret']);
  expect((await world.pass()).vendorCalls.put).toBe(0);
});

test('at most twenty in a pass, the longest unasserted first, and each once', async () => {
  world.clock.advance(every);
  const sent = [];
  for (const expected of [20, 20, 5, 0]) {
    const report = await world.pass();
    expect(outcomesOf(report)).toEqual({
      ...(expected > 0 && { updated: expected }),
      assumed: 45 - expected,
    });
    expect(report.secretsDecrypted).toBe(expected);
    sent.push(report.vendorCalls.put);
  }
  expect(sent).toEqual([20, 20, 5, 0]);
  const paths = world.barndoor.requests.filter(({ method }) => method === 'PUT').slice(45);
  expect(new Set(paths.map(({ path }) => path)).size).toBe(45);
});

test('`never` of a server undoes what its connection says', async () => {
  const [a = ''] = ids;
  const secret = { secret: `trueup/${connection}/${a}` };
  await world.declare({
    id: a,
    spec: { name: `S ${a}`, client_secret: secret },
    policy: { reassertEvery: 'never' },
  });
  world.clock.advance(10 * every);
  for (let pass = 0; pass < 3; pass += 1) await world.pass();
  const puts = world.barndoor.requests.filter(
    ({ path, method }) => method === 'PUT' && path.endsWith(a),
  );
  expect(puts).toHaveLength(1);
});
