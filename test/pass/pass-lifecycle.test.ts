import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { ContextForgeSimulator } from '../../lib/local/gateways/contextforge/simulator.ts';
import { approve } from '../../lib/pass/approve.ts';
import { preview } from '../../lib/pass/preview.ts';
import { reconcile } from '../../lib/pass/reconcile.ts';
import type { PassRequest } from '../../lib/pass/request.types.ts';
import { sendAgreed } from '../../lib/pass/send-agreed.ts';
import { anotherProcess } from '../support/another-process.ts';
import { outcomesOf, startWorld } from '../support/world.ts';
import type { TestWorld } from '../support/world.ts';

const connection = 'forge';
const reference = { secret: `trueup/${connection}/jira`, key: 'token' };
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
  await world.secrets.write(reference.secret, JSON.stringify({ token: 'jira-token' }));
  await connect();
});

afterEach(() => world.close());

const connect = (policy: object = {}) =>
  world.desired.put(connection, 'connection', {
    provider: 'contextforge',
    baseUrl: gateway.url,
    auth: { type: 'bearer', token: { secret: `trueup/${connection}/token` } },
    policy: { mode: 'correct', manage: ['update', 'create', 'delete'], ...policy },
    budget: { requestsPerMinute: 60_000, concurrency: 4 },
  });
const declare = (label = 'jira', more: object = {}, own: object = spec) =>
  world.desired.put(connection, `new#${label}`, { spec: own, ...more } as never);
const label = async (name = 'jira') => (await deps.ledger.labels(connection)).get(name);
const posts = () => gateway.requests.filter(({ method }) => method === 'POST');
const deletes = () => gateway.requests.filter(({ method }) => method === 'DELETE');

async function pass(request: Partial<PassRequest> = {}) {
  const result = await reconcile({ connection, trigger: 'schedule', ...request }, deps);
  if (result.kind !== 'done') throw new Error(result.kind);
  return result.report;
}

const reasons = async (request: Partial<PassRequest> = {}) =>
  (await pass(request)).details.map(({ outcome, reason }) => [outcome, reason?.code]);

/** A person's apply; `approved`: confirmed at the terminal, or by `--plan`. */
async function apply(approved: boolean) {
  const request = { connection, trigger: 'cli' as const };
  const attended = { shown: new Set<string>(), approved, includeReport: false, lockTimeoutMs: 0 };
  const made = await preview({ ...request, attended }, deps);
  const agreement = { approved, includeReport: false, lockTimeoutMs: 0 };
  const result = await sendAgreed(request, made.plan, made, agreement, deps);
  if (result.kind !== 'done') throw new Error(result.kind);
  return { plan: made.plan, report: result.report };
}

describe('a row without an id', () => {
  test('is created once, bound, and a server like any other from then on', async () => {
    await declare();
    const report = await pass();
    expect(outcomesOf(report)).toEqual({ created: 1 });
    expect(report.vendorCalls).toMatchObject({ create: 1 });
    expect(gateway.servers).toHaveLength(1);
    expect(gateway.servers[0]).toMatchObject(spec);
    const id = gateway.servers[0]?.id ?? '';
    expect(await label()).toMatchObject({
      binding: { id, origin: 'created', stack: 'trueup' },
      revs: { reservation: 0, binding: expect.any(Number) },
    });
    expect(outcomesOf(await pass())).toEqual({ inSync: 1 });
    await declare('jira', {}, { ...spec, description: 'Other' });
    expect(outcomesOf(await pass({ servers: ['new#jira'] }))).toEqual({ updated: 1 });
    gateway.edit(id, { description: 'By hand' });
    expect(outcomesOf(await pass({ servers: [id] }))).toEqual({ updated: 1 });
    expect(gateway.find(id)).toMatchObject({ description: 'Other' });
    expect(posts()).toHaveLength(1);
    expect((await deps.ledger.read(connection)).servers.size).toBe(1);
  });

  test('is created with its credential, which the gateway uses at once', async () => {
    await declare('jira', {}, { ...spec, authType: 'bearer', authToken: reference });
    expect(outcomesOf(await pass())).toEqual({ created: 1 });
    expect(gateway.servers[0]).toMatchObject({ credential: { token: 'jira-token' } });
    expect(outcomesOf(await pass())).toEqual({ assumed: 1 });
  });

  test('is only reported in mode report, and invalid where no policy permits it', async () => {
    await connect({ mode: 'report' });
    await declare();
    expect(outcomesOf(await pass())).toEqual({ reported: 1 });
    await connect({ manage: ['update'] });
    expect(outcomesOf(await pass())).toEqual({ invalid: 1 });
    expect(posts()).toEqual([]);
  });

  test('whose name a live server has is not created, and the command that adopts it is shown', async () => {
    gateway.add({ id: 'g1', name: 'JIRA' });
    await declare();
    const report = await pass();
    expect(report.details[0]).toMatchObject({
      outcome: 'waiting',
      reason: { code: 'name-taken', message: expect.stringContaining('trueup import forge/g1') },
    });
    expect(posts()).toEqual([]);
  });

  test('waits while the list hides a declared server', async () => {
    gateway.add({ id: 'g1', name: 'Other' });
    await world.desired.put(connection, 'server#g1', { spec: { name: 'Other' } });
    await declare();
    const shows = gateway.misbehave({ operation: 'list', id: 'g1', effect: { kind: 'vanish' } });
    expect(await reasons()).toContainEqual(['waiting', 'list-incomplete']);
    expect(posts()).toEqual([]);
    shows();
    expect(outcomesOf(await pass())).toEqual({ created: 1, inSync: 1 });
  });

  const unlooked: readonly (readonly [string, object])[] = [
    ['paused', {}],
    ['off', { policy: { mode: 'off' } }],
    ['invalid', { spec: { nonsense: true } }],
  ];

  async function declareUnlooked(id: string, more: object) {
    await world.desired.put(connection, `server#${id}`, { spec: { name: 'Other' }, ...more });
    await deps.ledger.pause(connection, { id, at: new Date(world.clock.now()).toISOString() });
  }

  test.each(unlooked)(
    'is created though a server that is %s was deleted by hand, which one GET says',
    async (_what, more) => {
      await declareUnlooked('g1', more);
      await declare();
      const report = await pass();
      expect(outcomesOf(report)).toMatchObject({ created: 1 });
      expect(report.vendorCalls.get).toBe(1);
      expect((await pass()).vendorCalls.get).toBe(0);
      await declare('jira', { state: 'absent' });
      const { held } = await pass();
      await approve(connection, held ?? '', deps, 'kim');
      expect(outcomesOf(await pass())).toMatchObject({ deleted: 1 });
    },
  );

  test.each(unlooked)('waits while the list hides a server that is %s', async (_what, more) => {
    gateway.add({ id: 'g1', name: 'Other' });
    await declareUnlooked('g1', more);
    await declare();
    gateway.misbehave({ operation: 'list', id: 'g1', effect: { kind: 'vanish' } });
    expect(await reasons()).toContainEqual(['waiting', 'list-incomplete']);
    expect(posts()).toEqual([]);
  });

  test('waits while the list lacks more than ten that are not looked at', async () => {
    for (let index = 0; index < 11; index += 1) await declareUnlooked(`g${index}`, {});
    await declare();
    const report = await pass();
    expect(outcomesOf(report)).toMatchObject({ waiting: 1 });
    expect(report.vendorCalls.get).toBe(0);
    expect(posts()).toEqual([]);
  });

  test('that is refused is free again, and tried again as any other', async () => {
    await declare();
    const rule = { operation: 'create', effect: { kind: 'status', status: 422 } } as const;
    const stop = gateway.misbehave(rule);
    expect(outcomesOf(await pass())).toEqual({ failed: 1 });
    expect(await label()).toBeUndefined();
    expect(outcomesOf(await pass())).toEqual({ failed: 1 });
    expect(posts()).toHaveLength(1);
    stop();
    world.clock.advance(61 * minute);
    expect(outcomesOf(await pass())).toEqual({ created: 1 });
  });

  test('whose MCP server fails is not created, and waits as any other', async () => {
    await declare();
    const message = 'Failed to initialize gateway at http://localhost/jira: connection failed';
    const effect = { kind: 'status', status: 502, body: { message } } as const;
    gateway.misbehave({ operation: 'create', times: 1, effect });
    expect(await reasons()).toEqual([['waiting', 'upstream']]);
    expect(await label()).toBeUndefined();
    world.clock.advance(5 * minute);
    expect(outcomesOf(await pass())).toEqual({ created: 1 });
  });

  test('more of them than the limit within an hour are held until approved', async () => {
    await connect({ limits: { creates: 2 } });
    for (const name of ['a1', 'b1'])
      await declare(name, {}, { ...spec, name, url: `http://localhost/${name}` });
    expect(outcomesOf(await pass())).toEqual({ created: 2 });
    await declare('c1', {}, { ...spec, name: 'c1', url: 'http://localhost/c1' });
    const report = await pass();
    expect(outcomesOf(report)).toEqual({ held: 1, inSync: 2 });
    await approve(connection, report.held ?? '', deps, 'kim');
    expect(outcomesOf(await pass())).toEqual({ created: 1, inSync: 2 });
  });
});

describe('a request to create whose answer is not known', () => {
  const lost = (applied: boolean) =>
    ({ operation: 'create', times: 1, effect: { kind: 'cut', applied } }) as const;

  test('is not repeated, and what it created is bound by a list of later', async () => {
    gateway.misbehave(lost(true));
    await declare();
    expect(outcomesOf(await pass())).toEqual({ unsure: 1 });
    expect(await reasons()).toEqual([['unsure', 'cut']]);
    expect(await label()).toMatchObject({ reservation: { state: 'unsure', looks: 0 } });
    world.clock.advance(settled);
    await pass();
    expect(await label()).toMatchObject({ binding: { id: gateway.servers[0]?.id } });
    expect(outcomesOf(await pass())).toEqual({ inSync: 1 });
    expect(posts()).toHaveLength(1);
  });

  test('is repeated once two lists of later have not shown it', async () => {
    gateway.misbehave(lost(false));
    await declare();
    expect(outcomesOf(await pass())).toEqual({ unsure: 1 });
    world.clock.advance(settled);
    expect(outcomesOf(await pass())).toEqual({ unsure: 1 });
    expect(posts()).toHaveLength(1);
    expect(outcomesOf(await pass())).toEqual({ unsure: 1 });
    expect(await label()).toBeUndefined();
    expect(outcomesOf(await pass())).toEqual({ created: 1 });
    expect(gateway.servers).toHaveLength(1);
  });

  test('is for a person where the server may be another’s, and free once that is gone', async () => {
    gateway.misbehave(lost(false));
    await declare();
    await pass();
    gateway.add({ id: 'g1', name: 'jira', description: 'Mine' });
    world.clock.advance(settled);
    expect(await reasons()).toEqual([['unsure', 'may-be-anothers']]);
    gateway.edit('g1', { ...spec });
    expect(await reasons()).toEqual([['unsure', 'may-be-anothers']]);
    gateway.remove('g1');
    await pass();
    await pass();
    expect(outcomesOf(await pass())).toEqual({ created: 1 });
  });

  test('stays known when its row is removed and comes again', async () => {
    gateway.misbehave(lost(true));
    await declare();
    await pass();
    await world.desired.remove(connection, 'new#jira');
    await pass();
    world.clock.advance(settled);
    await declare();
    await pass();
    expect(outcomesOf(await pass())).toEqual({ inSync: 1 });
    expect(gateway.servers).toHaveLength(1);
  });
});

describe('a server that was created', () => {
  test('is released with its row, and found again by its label', async () => {
    await declare();
    await pass();
    await world.desired.remove(connection, 'new#jira');
    expect((await pass()).undeclared).toBe(1);
    await declare();
    expect(outcomesOf(await pass())).toEqual({ inSync: 1 });
    expect(posts()).toHaveLength(1);
  });

  test('is deleted only once that is approved', async () => {
    await declare();
    await pass();
    await declare('jira', { state: 'absent' });
    const report = await pass();
    expect(outcomesOf(report)).toEqual({ held: 1 });
    await apply(false);
    expect(deletes()).toEqual([]);
    await approve(connection, report.held ?? '', deps, 'kim');
    expect(outcomesOf(await pass())).toEqual({ deleted: 1 });
    expect(gateway.servers).toEqual([]);
    expect(await label()).toBeUndefined();
    expect(outcomesOf(await pass())).toEqual({ inSync: 1 });
    expect(deletes()).toHaveLength(1);
    await declare();
    expect(outcomesOf(await pass())).toEqual({ created: 1 });
  });

  test('is deleted by an apply that is confirmed, and its history has what could be read', async () => {
    await declare();
    await pass();
    await declare('jira', { state: 'absent' });
    const { plan, report } = await apply(true);
    expect(plan.counts).toMatchObject({ held: 1 });
    expect(outcomesOf(report)).toEqual({ deleted: 1 });
    const [newest] = await deps.ledger.history(connection);
    expect(newest).toMatchObject({ kind: 'delete', label: 'jira' });
    expect(JSON.stringify(newest)).toContain('Issues');
  });

  test('is not deleted if it was changed after it was approved', async () => {
    await declare();
    await pass();
    await declare('jira', { state: 'absent' });
    const report = await pass();
    await approve(connection, report.held ?? '', deps, 'kim');
    gateway.edit(gateway.servers[0]?.id ?? '', { description: 'In use after all' });
    expect(outcomesOf(await pass())).toEqual({ held: 1 });
    expect(deletes()).toEqual([]);
  });

  test('stays where absence is taken away before it is approved', async () => {
    await declare();
    await pass();
    await declare('jira', { state: 'absent' });
    await pass();
    await declare();
    expect(outcomesOf(await pass())).toEqual({ inSync: 1 });
  });

  test('whose deletion is not answered is not asked again before that is settled', async () => {
    await declare();
    await pass();
    await declare('jira', { state: 'absent' });
    const report = await pass();
    await approve(connection, report.held ?? '', deps, 'kim');
    gateway.misbehave({
      operation: 'delete',
      times: 1,
      effect: { kind: 'cut', applied: true },
    });
    expect(outcomesOf(await pass())).toEqual({ unsure: 1 });
    expect(outcomesOf(await pass())).toEqual({ unsure: 1 });
    world.clock.advance(settled);
    await pass();
    expect(outcomesOf(await pass())).toEqual({ inSync: 1 });
    expect(deletes()).toHaveLength(1);
  });

  test('that was deleted at the gateway is missing, and not created again', async () => {
    await declare();
    await pass();
    gateway.remove(gateway.servers[0]?.id ?? '');
    expect(outcomesOf(await pass())).toEqual({ missing: 1 });
    expect(posts()).toHaveLength(1);
    await declare('jira', { state: 'absent' });
    await pass();
    expect(outcomesOf(await pass())).toEqual({ inSync: 1 });
    await declare();
    expect(outcomesOf(await pass())).toEqual({ created: 1 });
    expect(deletes()).toEqual([]);
  });

  test('that is gone by itself once it is declared absent is forgotten, and holds up no other label', async () => {
    await declare();
    await pass();
    gateway.remove(gateway.servers[0]?.id ?? '');
    await declare('jira', { state: 'absent' });
    await declare('wiki', {}, { ...spec, name: 'Wiki' });
    expect(outcomesOf(await pass())).toEqual({ missing: 1, created: 1 });
    expect(outcomesOf(await pass())).toEqual({ unsure: 1, inSync: 1 });
    expect(await label()).toBeUndefined();
    expect(outcomesOf(await pass())).toEqual({ inSync: 2 });
    expect(deletes()).toEqual([]);
  });
});
