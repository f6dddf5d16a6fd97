import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { ContextForgeSimulator } from '../../lib/local/gateways/contextforge/simulator.ts';
import type { Binding, Reservation, StoredLabel } from '../../lib/model/lifecycle.types.ts';
import { approve } from '../../lib/pass/approve.ts';
import { openSince } from '../../lib/pass/read/bound.ts';
import { reconcile } from '../../lib/pass/reconcile.ts';
import type { PassRequest } from '../../lib/pass/request.types.ts';
import { readStatus } from '../../lib/pass/status/read-status.ts';
import { anotherProcess } from '../support/another-process.ts';
import { outcomesOf, startWorld } from '../support/world.ts';
import type { TestWorld } from '../support/world.ts';

const connection = 'forge';
const minute = 60_000;
/** Longer than what may have been sent is waited for: 3 x 15 s, 60 s and 30 s. */
const settled = 3 * minute;
const spec = { name: 'Jira', url: 'http://localhost/jira', description: 'Issues' };

let world: TestWorld;
let gateway: ContextForgeSimulator;
let deps: TestWorld['deps'];

beforeEach(async () => {
  const contextforge = { servers: [], tokens: ['api-token'] };
  world = await startWorld({}, { sqliteLedger: true, contextforge });
  gateway = world.contextforge;
  deps = anotherProcess(world);
  await world.secrets.write(`trueup/${connection}/token`, 'api-token');
  await connect();
});

afterEach(() => world.close());

const connect = () =>
  world.desired.put(connection, 'connection', {
    provider: 'contextforge',
    baseUrl: gateway.url,
    auth: { type: 'bearer', token: { secret: `trueup/${connection}/token` } },
    policy: { mode: 'correct', manage: ['update', 'create', 'delete'] },
    budget: { requestsPerMinute: 60_000, concurrency: 4 },
  });
const declare = (label = 'jira', more: object = {}, own: object = spec) =>
  world.desired.put(connection, `new#${label}`, { spec: own, ...more } as never);
const posts = () => gateway.requests.filter(({ method }) => method === 'POST');

async function pass(request: Partial<PassRequest> = {}) {
  const result = await reconcile({ connection, trigger: 'schedule', ...request }, deps);
  if (result.kind !== 'done') throw new Error(result.kind);
  return result.report;
}

const lost = (applied: boolean) =>
  ({ operation: 'create', times: 1, effect: { kind: 'cut', applied } }) as const;
const now = () => new Date(world.clock.now()).toISOString();

describe('a pause by the key of a row', () => {
  const paused = () => deps.ledger.pause(connection, { id: 'new#jira', at: now() });
  const puts = () => gateway.requests.filter(({ method }) => method === 'PUT');

  test('holds once the server has the gateway’s id, also for a pass over that server', async () => {
    await declare();
    await pass();
    const id = gateway.servers[0]?.id ?? '';
    await paused();
    await declare('jira', {}, { ...spec, description: 'Other' });
    for (const servers of [undefined, [id], ['new#jira']]) {
      // oxlint-disable-next-line no-await-in-loop
      expect(outcomesOf(await pass({ ...(servers && { servers }) }))).toEqual({ paused: 1 });
    }
    await declare('jira', {}, { ...spec, nonsense: true });
    for (const servers of [undefined, [id]]) {
      // oxlint-disable-next-line no-await-in-loop
      expect(outcomesOf(await pass({ ...(servers && { servers }) }))).toEqual({ paused: 1 });
    }
    expect(puts()).toEqual([]);
    const status = await readStatus(connection, deps);
    expect(status.servers).toMatchObject([{ id, outcome: 'paused' }]);
  });

  test('ends when the server is resumed by its id', async () => {
    await declare();
    await pass();
    const id = gateway.servers[0]?.id ?? '';
    await paused();
    await deps.ledger.pause(connection, { id, at: now() });
    await deps.ledger.resume(connection, { id, at: now() });
    expect(await deps.ledger.pauses(connection)).toEqual([]);
    expect(outcomesOf(await pass())).toEqual({ inSync: 1 });
  });

  test('of another label, or before there is a server, stays as it is', async () => {
    await declare();
    await pass();
    await deps.ledger.pause(connection, { id: 'new#wiki', at: now() });
    await deps.ledger.resume(connection, { id: gateway.servers[0]?.id ?? '', at: now() });
    expect(await deps.ledger.pauses(connection)).toMatchObject([{ id: 'new#wiki' }]);
    await declare('wiki', {}, { ...spec, name: 'Wiki' });
    expect(outcomesOf(await pass())).toEqual({ paused: 1, inSync: 1 });
  });
});

const at = '2026-11-22T12:00:00.000Z';
const reservation: Reservation = {
  nonce: 'n',
  account: 'a',
  body: {},
  createOnly: '',
  epoch: 1,
  at,
  state: 'unsure',
  looks: 0,
};
const binding: Binding = {
  id: 's1',
  account: 'a',
  origin: 'created',
  stack: 'trueup',
  at: '2026-11-22T11:00:00.000Z',
  createOnly: '',
};
const removal = { at: '2026-11-22T13:00:00.000Z', epoch: 1, approval: 'd' };

describe('since when it is not known whether a server was created', () => {
  const stored = async () => (await deps.ledger.labels(connection)).get('jira');
  const invalid = () => declare('jira', {}, { ...spec, nonsense: true });

  test('is reported while its row is invalid too', async () => {
    gateway.misbehave(lost(true));
    await declare();
    expect(await pass()).toHaveProperty('unsureSince');
    const before = await stored();
    world.clock.advance(settled);
    await invalid();
    const report = await pass();
    expect(outcomesOf(report)).toEqual({ invalid: 1 });
    expect(report.unsureSince).toBe(before?.reservation?.at);
    await declare();
    await pass();
    await invalid();
    expect(await pass()).not.toHaveProperty('unsureSince');
  });

  test('is reported while the row of its connection is invalid too, and its server by its id', async () => {
    gateway.misbehave(lost(true));
    await declare();
    await pass();
    const since = (await stored())?.reservation?.at;
    await world.desired.put(connection, 'connection', { provider: 'nonsense' });
    world.clock.advance(settled);
    const report = await pass();
    expect(report).toMatchObject({ state: 'invalid', unsureSince: since });
    expect(report.details).toMatchObject([{ id: 'new#jira', outcome: 'invalid' }]);
    await connect();
    await pass();
    await world.desired.put(connection, 'connection', { provider: 'nonsense' });
    const known = await pass();
    expect(known.details).toMatchObject([{ id: gateway.servers[0]?.id }]);
    expect(known).not.toHaveProperty('unsureSince');
  });

  test('or deleted, is reported while it is declared twice', async () => {
    await declare();
    await pass();
    const id = gateway.servers[0]?.id ?? '';
    await declare('jira', { state: 'absent' });
    const { held } = await pass();
    await approve(connection, held ?? '', deps, 'kim');
    gateway.misbehave({ operation: 'delete', times: 1, effect: { kind: 'cut', applied: false } });
    expect(await pass()).toHaveProperty('unsureSince');
    const before = await stored();
    world.clock.advance(minute);
    await world.desired.put(connection, `server#${id}`, { spec: { name: 'Jira' } });
    const twice = await pass();
    expect(outcomesOf(twice)).toEqual({ invalid: 1 });
    expect(twice.unsureSince).toBe(before?.binding?.removal?.at);
  });

  test('or deleted, is reported while it cannot be read, and until it is known', async () => {
    await declare();
    await pass();
    await declare('jira', { state: 'absent' });
    const { held } = await pass();
    await approve(connection, held ?? '', deps, 'kim');
    gateway.misbehave({ operation: 'delete', times: 1, effect: { kind: 'cut', applied: true } });
    await pass();
    const since = (await stored())?.binding?.removal?.at;
    expect(since).toBeDefined();
    const end = gateway.misbehave({ operation: 'get', effect: { kind: 'status', status: 503 } });
    world.clock.advance(settled);
    const unread = await pass();
    expect(outcomesOf(unread)).toEqual({ waiting: 1 });
    expect(unread.unsureSince).toBe(since);
    end();
    world.clock.advance(60 * minute);
    await pass();
    const known = await pass();
    expect(outcomesOf(known)).toEqual({ inSync: 1 });
    expect(known).not.toHaveProperty('unsureSince');
  });

  test.each<[string, Partial<StoredLabel>, string | undefined]>([
    ['nothing', {}, undefined],
    ['a reservation', { reservation }, reservation.at],
    ['a binding', { binding }, undefined],
    ['a binding, and a reservation that was left beside it', { reservation, binding }, undefined],
    ['a deletion', { binding: { ...binding, removal } }, removal.at],
  ])('follows from what the ledger has: %s', (_, label, since) => {
    const whole = { ...label, revs: { reservation: 0, binding: 0 } };
    const server = { id: 'new#jira', reason: 'no', stored: whole };
    expect(openSince({ valid: false, server })).toBe(since);
  });

  test('is not reported of a reservation beside a binding, which costs no request either', async () => {
    await declare();
    await pass();
    await world.desired.put(connection, 'server#g1', { spec: { name: 'Gone' } });
    await deps.ledger.pause(connection, { id: 'g1', at: now() });
    const label = (await stored()) as StoredLabel;
    const labels = async () => new Map([['jira', { ...label, reservation }]]);
    deps = { ...deps, ledger: { ...deps.ledger, labels } };
    const report = await pass();
    expect(outcomesOf(report)).toEqual({ paused: 1, inSync: 1 });
    expect(report.vendorCalls).toEqual({ list: 1, get: 0, put: 0 });
    expect(report).not.toHaveProperty('unsureSince');
    const { servers, counts } = await readStatus(connection, deps);
    expect(counts).toMatchObject({ unsure: 0 });
    expect(servers).toMatchObject([{ outcome: 'paused' }, { outcome: 'inSync' }]);
  });

  test('is not reported of a server that is paused', async () => {
    gateway.misbehave(lost(true));
    await declare();
    await pass();
    await deps.ledger.pause(connection, { id: 'new#jira', at: now() });
    expect(await pass()).not.toHaveProperty('unsureSince');
  });
});

describe('a server that is renamed before it is known whether it was created', () => {
  const renamed = () => declare('jira', {}, { ...spec, name: 'Issues' });

  test('is not created under the other name, and is bound once the name is restored', async () => {
    gateway.misbehave(lost(true));
    await declare();
    await pass();
    await renamed();
    world.clock.advance(settled);
    for (let times = 0; times < 4; times += 1) {
      // oxlint-disable-next-line no-await-in-loop
      const { details } = await pass();
      expect(details).toMatchObject([
        { outcome: 'unsure', reason: { message: expect.stringContaining('Restore that name') } },
      ]);
    }
    expect(posts()).toHaveLength(1);
    await declare();
    await pass();
    await renamed();
    expect(outcomesOf(await pass())).toEqual({ updated: 1 });
    expect(gateway.servers).toMatchObject([{ name: 'Issues' }]);
  });

  test('is created under the other name where a person had to look', async () => {
    gateway.misbehave(lost(false));
    await declare();
    await pass();
    gateway.add({ id: 'g1', name: 'Jira' });
    world.clock.advance(settled);
    await pass();
    await renamed();
    await pass();
    await pass();
    expect(outcomesOf(await pass())).toEqual({ created: 1 });
  });
});
