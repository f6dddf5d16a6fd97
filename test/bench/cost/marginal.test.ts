import { describe, expect, test } from '@jest/globals';
import { billOf, type Fleet, type Measured } from '../../../bench/cost/bill.ts';
import { changeUnits, marginalOf, rotationUnits } from '../../../bench/cost/marginal.ts';
import { prices } from '../../../bench/cost/prices.ts';
import { renderOneMore, totalOf } from '../../../bench/cost/render.ts';

const idle: Measured = {
  pass: () => ({ readUnits: 0, writeUnits: 0, secretCalls: () => 0, listCalls: 0 }),
  change: { readUnits: 15, writeUnits: 8, secretCalls: 1 },
  rotation: { readUnits: 15, writeUnits: 9, secretCalls: 2 },
  logBytes: { pass: 800, invocation: 1_600 },
  metrics: 26,
  alarms: 15,
  dashboards: 1,
  memoryGb: 0.5,
  inlineShare: 20,
  atOnce: 10,
};
const busy: Measured = {
  ...idle,
  pass: (servers) => ({
    readUnits: 3 + servers / 2.5,
    writeUnits: 3,
    secretCalls: (secrets) => Math.ceil(secrets / 100),
    listCalls: Math.ceil(servers / 100),
  }),
};
const fleet = (secrets: Fleet['secrets'], connections = 100, servers = 20): Fleet => ({
  connections,
  servers,
  secrets,
  everyMinutes: 5,
});
const total = (of: Fleet) => totalOf(billOf(of, busy, prices));

describe('what one more costs', () => {
  test('a connection is the difference between two bills', () => {
    const { connection } = marginalOf(fleet('shared'), busy, prices);
    expect(connection).toBeCloseTo(total(fleet('shared', 101)) - total(fleet('shared')), 9);
    // Its shared secret and its token.
    expect(connection).toBeGreaterThan(0.8);
  });

  test('a server with a secret of its own is dearer by that secret', () => {
    const own = marginalOf(fleet('each'), busy, prices).server;
    const shared = marginalOf(fleet('shared'), busy, prices).server;
    expect(own - shared).toBeCloseTo(0.4, 9);
  });

  test('a server that begins another page of the gateway’s list has that call in it', () => {
    const last = marginalOf(fleet('shared', 100, 99), busy, prices).server;
    const first = marginalOf(fleet('shared', 100, 100), busy, prices).server;
    expect(first).toBeGreaterThan(10 * last);
  });

  test('a change costs what the bill asks for one', () => {
    const servers = 1_000;
    const one = marginalOf(fleet('shared', 1, servers), idle, prices).change;
    const linesOf = (measured: Measured) =>
      totalOf(billOf(fleet('shared', 1, servers), measured, prices));
    const free = { ...idle, change: { readUnits: 0, writeUnits: 0, secretCalls: 0 } };
    const paid = linesOf(idle) - linesOf(free);
    const stores = changeUnits(idle)
      .filter(([name]) => ['readUnit', 'writeUnit', 'secretCall'].includes(name))
      .reduce((sum, [name, count]) => sum + (count * prices[name].usd) / prices[name].per, 0);
    expect(paid).toBeCloseTo(servers * stores, 6);
    expect(one).toBeGreaterThan(stores);
  });

  test('a rotation is counted with its message, and without the call that wrote the secret', () => {
    const units = Object.fromEntries(rotationUnits(idle));
    expect(units).toMatchObject({ queueRequest: 3, secretCall: 2, lambdaRequest: 1, event: 2 });
    expect(units).not.toHaveProperty('streamRead');
  });

  test('the table has a column for each fleet, and digits that count', () => {
    const one = { connection: 0.9234, server: 0.001_234, change: 0.000_012_345, rotation: 12 };
    const text = renderOneMore([{ fleet: fleet('shared'), own: one, shared: one }]).join('\n');
    expect(text).toContain('| one more | with 100 × 20 |');
    expect(text).toContain('| server, a month, in a shared secret | $0.00123 |');
    expect(text).toContain('| change | $0.0000123 |');
    expect(text).toContain('| rotation | $12.00 |');
  });
});
