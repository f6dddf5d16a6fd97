import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { connection, outcomesOf, serverIds, startWorld } from '../support/world.ts';
import type { TestWorld } from '../support/world.ts';

let world: TestWorld;

beforeEach(async () => {
  world = await startWorld();
  await world.declareConnection();
});

afterEach(() => world.close());

const [a = ''] = serverIds(1);

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
        message: "rows whose item is neither 'connection' nor 'server#<id>' are ignored",
        fields: { connection, rows: 2, items: `Server, servers#${a}` },
      },
    ]);
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
