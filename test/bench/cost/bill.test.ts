import { describe, expect, test } from '@jest/globals';
import { billOf, serversSecrets, type Fleet, type Measured } from '../../../bench/cost/bill.ts';
import { prices } from '../../../bench/cost/prices.ts';
import { totalOf } from '../../../bench/cost/render.ts';

const measured: Measured = {
  pass: (servers) => ({
    readUnits: 11,
    writeUnits: 3,
    secretCalls: (secrets) => Math.ceil(secrets / 100),
    listCalls: Math.ceil(servers / 100),
  }),
  change: { readUnits: 5, writeUnits: 8, secretCalls: 1 },
  rotation: { readUnits: 6, writeUnits: 9, secretCalls: 2 },
  logBytes: { pass: 800, invocation: 1_600 },
  metrics: 26,
  alarms: 15,
  dashboards: 1,
  memoryGb: 0.5,
  inlineShare: 20,
  atOnce: 10,
};
const fleet = (secrets: Fleet['secrets'], connections = 10_000): Fleet => ({
  connections,
  servers: 20,
  secrets,
  everyMinutes: 5,
});
const line = (of: Fleet, what: string) =>
  billOf(of, measured).find((one) => one.what.startsWith(what));

describe('a month’s bill of 10,000 connections of 20 servers', () => {
  test('has $84,000 of secrets with one for each server, and $8,000 with a shared one', () => {
    expect(line(fleet('each'), "Secrets Manager: servers'")?.usd).toBeCloseTo(84_000.4);
    expect(line(fleet('shared'), "Secrets Manager: servers'")?.usd).toBeCloseTo(8_000.4);
  });

  test('differs in nothing else', () => {
    const others = (of: Fleet) => billOf(of, measured).filter(({ price }) => price !== 'secret');
    expect(others(fleet('shared'))).toEqual(others(fleet('each')));
  });

  test('counts each call of Secrets Manager as an event of a second trail', () => {
    const calls = 8_640 * 10_000 + 200_000;
    expect(line(fleet('shared'), 'Secrets Manager: calls')?.units).toBe(calls);
    const keys = line(fleet('shared'), "KMS: the tables' keys")?.units ?? 0;
    expect(keys).toBe(2 * 8_640 * 4 * 11);
    const trail = line(fleet('shared'), 'CloudTrail: calls of Secrets Manager');
    expect(trail?.usd).toBeCloseTo(((calls + keys) * 2) / 100_000);
    expect(trail?.onlyWith).toBe('a second CloudTrail trail');
  });

  test('has refresh tokens without a price for their parameters, but with requests to KMS', () => {
    const calls = 10_000 * (8_640 + 720);
    expect(line(fleet('shared'), 'Parameter Store')).toMatchObject({ units: calls, usd: 0 });
    expect(line(fleet('shared'), 'KMS: parameters')?.usd).toBeCloseTo((calls * 0.03) / 10_000);
  });

  test('has NAT by the hour and by the gigabyte', () => {
    expect(line(fleet('shared'), 'NAT gateway: one')?.usd).toBeCloseTo(720 * 0.045);
    expect(line(fleet('shared'), 'NAT gateway: GB')?.units).toBeCloseTo(86.4 * (40 + 12));
  });

  test('does not sum up what not every deployment has', () => {
    const lines = billOf(fleet('shared'), measured);
    const always = lines.filter(({ onlyWith }) => onlyWith === undefined);
    expect(lines.length - always.length).toBe(6);
    expect(totalOf(lines)).toBe(totalOf(always));
  });
});

test('a shared secret holds 64 KB: more servers have more of them', () => {
  const counts = [1, 218, 219, 10_000].map((servers) =>
    serversSecrets({ servers, secrets: 'shared' }),
  );
  expect(counts).toEqual([1, 1, 2, 46]);
  expect(serversSecrets({ servers: 219, secrets: 'each' })).toBe(219);
});

test('prices of a reader take the place of the list’s', () => {
  const own = { ...prices, secret: { ...prices.secret, usd: 1 } };
  const secrets = billOf(fleet('shared', 1), measured, own).find(({ price }) => price === 'secret');
  expect(secrets).toMatchObject({ units: 3, usd: 3 });
});

test('each price names a page of AWS', () => {
  for (const { page } of Object.values(prices)) {
    expect(page).toMatch(/^https:\/\/(?:docs\.)?aws\.amazon\.com\//);
  }
});
