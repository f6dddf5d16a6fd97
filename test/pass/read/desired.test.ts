import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { readDesired } from '../../../lib/pass/read/desired.ts';
import { preview } from '../../../lib/pass/preview.ts';
import { reconcile } from '../../../lib/pass/reconcile.ts';
import { connection, outcomesOf, serverIds, startWorld } from '../../support/world.ts';
import type { TestWorld } from '../../support/world.ts';

let world: TestWorld;

beforeEach(async () => {
  world = await startWorld({}, { sqliteLedger: true });
  await world.declareConnection();
});

afterEach(() => world.close());

const [a = '', b = ''] = serverIds(2);

describe('rows of Desired', () => {
  test("that are neither the connection's nor a server's are told, and hold up nothing", async () => {
    world.barndoor.add({ id: a, name: 'Old' });
    await world.declare({ id: a, spec: { name: 'New' } });
    await world.desired.put(connection, `servers#${a}`, { spec: { name: 'Meant' } });
    await world.desired.put(connection, 'Server\u001b[2J', {});
    expect(outcomesOf(await world.pass())).toEqual({ updated: 1 });
    const told = world.log.lines.filter(({ level }) => level === 'warn');
    expect(told).toEqual([
      {
        level: 'warn',
        message:
          "rows whose item is neither 'connection', 'server#<id>' nor 'new#<label>' are ignored",
        fields: { connection, rows: 2, items: `Server, servers#${a}` },
      },
    ]);
  });

  test.each<[string, object]>([
    ['a text with a length of its own', { name: { length: { toString: '' } } }],
    ['a secret of another connection', { client_secret: { secret: 'trueup/other/token' } }],
    ['a secret by its ARN', { client_secret: { secret: 'arn:aws:secretsmanager:x:1:secret:y' } }],
    ['more than a row should hold', { name: 'x'.repeat(360_000) }],
  ])('with %s are invalid, and the others are served', async (_, spec) => {
    for (const id of [a, b]) world.barndoor.add({ id, name: 'Old' });
    await world.declare({ id: a, spec: spec as never }, { id: b, spec: { name: 'New' } });
    const report = await world.pass();
    expect(outcomesOf(report)).toEqual({ invalid: 1, updated: 1 });
    expect(report.details.find(({ id }) => id === a)?.reason?.message.length).toBeLessThan(501);
    expect(world.barndoor.find(a)).toMatchObject({ name: 'Old' });
  });

  test('with a key __proto__ in meta are invalid, and the others are not', async () => {
    const own = (await world.deps.desired.rows(connection)).filter(
      ({ item }) => item === 'connection',
    );
    const meta = JSON.parse('{"__proto__":{"polluted":1},"team":"x"}') as unknown;
    // DynamoDB keeps such a key; the one on loopback does not.
    const rows = async () => [
      ...own,
      { item: `server#${a}`, value: { spec: { meta } } },
      { item: `server#${b}`, value: { spec: { meta: { team: 'x' } } } },
    ];
    const store = { ...world.deps.desired, rows };
    const reading = await readDesired(store, connection, undefined, world.deps);
    const servers = reading.ok ? [...reading.desired.servers] : [];
    expect(servers.map(([id, { valid }]) => [id, valid])).toEqual([
      [a, false],
      [b, true],
    ]);
    expect(JSON.stringify(servers)).toContain("/spec/meta/__proto__: key '__proto__'");
    expect({}).not.toHaveProperty('polluted');
  });

  test('of a connection whose own row changes while its servers are read are left to the next pass', async () => {
    world.barndoor.add({ id: a, name: 'Old' });
    await world.declare({ id: a, spec: { name: 'New' } });
    const { desired } = world.deps;
    const rows = async (name: string, ids?: readonly string[]) => {
      if (ids === undefined) await world.declareConnection({ policy: { mode: 'report' } });
      return desired.rows(name, ids);
    };
    const deps = { ...world.deps, desired: { ...desired, rows } };
    const result = await reconcile({ connection, trigger: 'schedule' }, deps);
    expect(result).toMatchObject({
      report: { state: 'interrupted', reason: { code: 'redeclared' }, counts: { unreached: 1 } },
    });
    expect(world.barndoor.find(a)).toMatchObject({ name: 'Old' });
    expect(outcomesOf(await world.pass())).toEqual({ reported: 1 });
    await world.declareConnection();
    await expect(preview({ connection, trigger: 'cli' }, deps)).rejects.toThrow(
      /row of acme changed/,
    );
  });

  test('a connection whose row is wrong in thousands of places still has a report', async () => {
    const wrong = Array.from({ length: 3_000 }, (_, index) => [`key-${index}`, true] as const);
    await world.declareConnection(Object.fromEntries(wrong));
    const report = await world.pass();
    expect(report).toMatchObject({ state: 'invalid', reason: { code: 'invalid-connection' } });
    expect(report.reason?.message.length).toBeLessThanOrEqual(500);
    expect(await world.deps.ledger.lastReport(connection)).toMatchObject({ state: 'invalid' });
  });
});
