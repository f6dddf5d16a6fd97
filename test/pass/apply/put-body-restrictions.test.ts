import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { Effect } from '../../../lib/local/gateways/misbehaviour.ts';
import { renderPlansMarkdown } from '../../../lib/plan/text/render-markdown.ts';
import { renderPlan } from '../../../lib/plan/text/render-text.ts';
import { preview } from '../../../lib/pass/preview.ts';
import { sendAgreed } from '../../../lib/pass/send-agreed.ts';
import { startWorld, alloyConnection as connection, outcomesOf } from '../../support/world.ts';
import type { TestWorld, WorldOptions } from '../../support/world.ts';

const minute = 60_000;
let world: TestWorld;

async function start(alloy: WorldOptions['alloy'] = {}) {
  world = await startWorld({}, { sqliteLedger: true, alloy: { servers: [], ...alloy } });
  await world.declareAlloyConnection();
}

beforeEach(() => start());

afterEach(async () => {
  await world.close();
  expect(world.alloy.violations).toEqual([]);
});

const pass = (request: Parameters<TestWorld['pass']>[0] = {}) =>
  world.pass({ connection, ...request });
const record = async (id: string) => (await world.deps.ledger.read(connection)).servers.get(id);
const puts = () => world.alloy.requests.filter(({ method }) => method === 'PUT');
const lastPut = () => puts().at(-1)?.body;

/** Live restrictions, and what a pass makes of a declaration of them. */
async function restrict(live: object, restrictions: object, policy: object = {}) {
  world.alloy.add({ serverId: 's1', name: 'One', restrictions: { ...live } });
  await world.declareAtAlloy({ id: 's1', spec: { restrictions }, policy: { ...policy } });
  const { counts, vendorCalls } = await pass();
  const again = await pass();
  expect(again.vendorCalls.put).toBe(0);
  expect(again.counts.inSync).toBe(1);
  return { counts, puts: vendorCalls.put, now: world.alloy.find('s1').restrictions };
}

const only = (...allowedIds: string[]) => ({ mode: 'allowlist', allowedIds });

describe('restrictions', () => {
  test('of a person who was shown them are sent on a GET, though the list leaves them out', async () => {
    await world.close();
    await start({ listForm: 'sample' });
    world.alloy.add({ serverId: 's1', name: 'One', restrictions: { users: only('cfo') } });
    await world.declareAtAlloy({ id: 's1', spec: { restrictions: { users: only('u1') } } });
    const agreement = { approved: true, includeReport: true, lockTimeoutMs: 0 };
    const attended = { ...agreement, shown: new Set<string>() };
    const request = { connection, trigger: 'cli' } as const;
    const made = await preview({ ...request, attended }, world.deps);
    const result = await sendAgreed(request, made.plan, made, agreement, world.deps);
    expect(result).toMatchObject({ report: { counts: { updated: 1 } } });
    expect(world.alloy.find('s1').restrictions).toEqual({ users: only('u1') });
  });

  test('with a number that cannot be given back as it was are not sent, until an hour later', async () => {
    world.alloy.add({ serverId: 's1', name: 'One', restrictions: { tenants: { ids: [2 ** 53] } } });
    await world.declareAtAlloy({ id: 's1', spec: { restrictions: { users: only('u1') } } });
    const report = await pass();
    expect(report.vendorCalls.put).toBe(0);
    expect(report.details).toMatchObject([
      {
        outcome: 'failed',
        reason: { code: 'inexact-number', pointer: '/restrictions/tenants/ids/0' },
      },
    ]);
    world.alloy.find('s1').restrictions = {};
    expect(outcomesOf(await pass())).toEqual({ failed: 1 });
    world.clock.advance(61 * 60_000);
    expect(outcomesOf(await pass())).toEqual({ updated: 1 });
  });

  test('are sent as a whole, and unknown keys are kept', async () => {
    const live = {
      connectors: { ...only('a'), note: 'theirs' },
      users: only('u1', 'u2'),
      tenants: { ids: [1, { deep: true }] },
    };
    const declared = {
      connectors: only('a', 'b'),
      actions: { mode: 'blocklist', blockedActions: ['x'] },
      users: only('u2', 'u1'),
    };
    const { puts: sent, now } = await restrict(live, declared);
    expect(sent).toBe(1);
    expect(lastPut()).toEqual({ restrictions: now });
    expect(now).toEqual({
      connectors: { ...only('a', 'b'), note: 'theirs' },
      actions: { mode: 'blocklist', blockedActions: ['x'] },
      users: only('u1', 'u2'),
      tenants: { ids: [1, { deep: true }] },
    });
  });

  test.each([
    ['lists are sets', { users: only('b', 'a', 'b') }, { users: only('a', 'b') }],
    ['{} is no restriction', { users: {}, actions: {} }, { users: {}, actions: {} }],
    ['absent is none either', {}, { users: {}, connectors: {} }],
    ['empty lists are none', { users: { allowedIds: [], blockedIds: [] } }, { users: {} }],
    ['what is not declared stays', { users: only('a'), tenants: [1] }, { connectors: {} }],
  ])('%s: nothing is sent', async (_, live, declared) => {
    const before = structuredClone(live);
    expect(await restrict(live, declared)).toMatchObject({ puts: 0, now: before });
  });

  test('that are null count as none, and nothing is sent', async () => {
    const live = { users: null, actions: { mode: null } };
    expect(await restrict(live, { users: {}, actions: {} })).toMatchObject({ puts: 0, now: live });
    // no document of the vendor allows it
    expect(world.alloy.violations.splice(0).length).toBeGreaterThan(0);
  });

  test('of a section that is declared as {} are lifted, and others stay', async () => {
    const { puts: sent, now } = await restrict(
      { users: only('a'), actions: { mode: 'blocklist', blockedActions: ['x'] }, tenants: [1] },
      { actions: {} },
    );
    expect(sent).toBe(1);
    expect(now).toEqual({ users: only('a'), actions: {}, tenants: [1] });
  });

  test('of users stay where connectors alone are declared', async () => {
    const users = { mode: 'allowlist', allowedIds: ['cfo'] };
    const { puts: sent, now } = await restrict({ users }, { connectors: only('slack') });
    expect(sent).toBe(1);
    expect(now).toEqual({ users, connectors: only('slack') });
  });

  test.each<[string, object, object, readonly string[]]>([
    ['a section that goes', { users: only('a') }, { users: {} }, ['mode']],
    ['an allowlist that grows', { users: only('a') }, { users: only('a', 'b') }, ['allowedIds']],
    ['an allowlist that shrinks', { users: only('a', 'b') }, { users: only('a') }, []],
    [
      'a blocklist that shrinks',
      { users: { mode: 'blocklist', blockedIds: ['a', 'b'] } },
      { users: { mode: 'blocklist', blockedIds: ['a'] } },
      ['blockedIds'],
    ],
    [
      'a blocklist that grows',
      { users: { mode: 'blocklist', blockedIds: ['a'] } },
      { users: { mode: 'blocklist', blockedIds: ['a', 'b'] } },
      [],
    ],
    [
      'an allowlist that becomes a blocklist',
      { users: only('a') },
      { users: { mode: 'blocklist', allowedIds: ['a'] } },
      ['mode'],
    ],
    ['a list without a mode that gets one', {}, { users: { mode: 'allowlist' } }, []],
    ['a first allowlist, where nothing was restricted', {}, { users: only('a') }, []],
    ['the same in a section that is empty', { users: {} }, { users: only('a') }, []],
    [
      'an allowlist with nobody in it that gets one',
      { users: { mode: 'allowlist', allowedIds: [] } },
      { users: only('a') },
      ['allowedIds'],
    ],
    [
      'a list without a mode that goes',
      { users: { allowedIds: ['a'] } },
      { users: {} },
      ['allowedIds'],
    ],
    [
      'a list without a mode that grows',
      { users: { allowedIds: ['a'] } },
      { users: { allowedIds: ['a', 'b'] } },
      ['allowedIds'],
    ],
  ])('%s: the plan says whether it loosens access', async (_, live, restrictions, loosens) => {
    world.alloy.add({ serverId: 's1', name: 'One', restrictions: { ...live } });
    await world.declareAtAlloy({ id: 's1', spec: { restrictions } });
    const { plan } = await preview({ connection, trigger: 'cli' }, world.deps);
    const marked = plan.changes.flatMap(({ changes }) => changes.filter((one) => one.loosens));
    expect(marked.map(({ pointer }) => pointer.split('/').at(-1))).toEqual(loosens);
    const words = loosens.length > 0 ? 1 : 0;
    expect(renderPlan(plan).split('loosens access').length > 1).toBe(words === 1);
    expect(renderPlansMarkdown([plan]).split('loosens access').length > 1).toBe(words === 1);
  });

  test('under `ignore` are taken from live, as they are at the moment', async () => {
    const live = { users: only('theirs'), connectors: only('a') };
    const { now } = await restrict(
      live,
      { connectors: only('b') },
      { ignore: ['/restrictions/users'] },
    );
    expect(now).toEqual({ users: only('theirs'), connectors: only('b') });
    world.alloy.edit('s1', { restrictions: { users: only('newer'), connectors: only('z') } });
    expect(outcomesOf(await pass())).toEqual({ updated: 1 });
    expect(lastPut()).toEqual({
      restrictions: { users: only('newer'), connectors: only('b') },
    });
    world.alloy.edit('s1', { restrictions: { users: only('newest'), connectors: only('b') } });
    expect((await pass()).vendorCalls.put).toBe(0);
  });

  test('that another tool loosened are drift, and are corrected', async () => {
    await restrict({}, { users: only('a') });
    world.alloy.edit('s1', { restrictions: {} });
    expect(outcomesOf(await pass())).toEqual({ updated: 1 });
    expect(world.alloy.find('s1').restrictions).toMatchObject({ users: only('a') });
    const [event] = world.events.filter(({ type }) => type === 'Server Updated').slice(-1);
    expect(event).toMatchObject({
      change: {
        fields: [
          { pointer: '/restrictions/users/allowedIds', cause: 'drift', before: { value: [] } },
          { pointer: '/restrictions/users/mode', cause: 'drift', after: { value: 'allowlist' } },
        ],
      },
    });
  });

  test('that the vendor turns into others are refused, never accepted', async () => {
    world.alloy.misbehave({
      method: 'PUT',
      effect: {
        kind: 'normalise',
        change: (server) => ({ ...server, restrictions: { users: only('a', 'admin') } }),
      },
    });
    world.alloy.add({ serverId: 's1', name: 'One' });
    await world.declareAtAlloy({ id: 's1', spec: { restrictions: { users: only('a') } } });
    expect(outcomesOf(await pass())).toEqual({ waiting: 1 });
    world.clock.advance(5 * minute);
    expect(outcomesOf(await pass())).toEqual({ waiting: 1 });
    for (let times = 0; times < 5; times += 1) {
      world.clock.advance(5 * minute);
      expect(outcomesOf(await pass())).toEqual({ refused: 1 });
    }
    expect(puts()).toHaveLength(2);
    expect(await record('s1')).toMatchObject({
      outcome: 'refused',
      reason: { code: 'not-kept', pointer: '/restrictions/users/allowedIds' },
      normalised: {},
    });
    const failed = world.events.filter(({ type }) => type === 'Update Failed');
    expect(failed).toMatchObject([{ server: 's1', outcome: 'refused' }]);
  });

  test('that cannot be understood are a failed read, not a server without any', async () => {
    world.alloy.add({ serverId: 's1', name: 'One', restrictions: { users: ['odd'] } });
    await world.declareAtAlloy({ id: 's1', spec: { restrictions: { users: {} } } });
    const report = await pass();
    expect(outcomesOf(report)).toEqual({ unreached: 1 });
    expect(report.vendorCalls.put).toBe(0);
    expect(world.alloy.violations.splice(0).length).toBeGreaterThan(0);
  });
});

test('a plan shows added and removed members, and nothing of accessUrl', async () => {
  const { accessUrl } = world.alloy.add({
    serverId: 's1',
    name: 'One',
    restrictions: { users: only('a') },
  });
  await world.declareAtAlloy({
    id: 's1',
    spec: { name: 'Two', restrictions: { users: only('b') } },
  });
  const { plan } = await preview({ connection, trigger: 'cli' }, world.deps);
  expect(plan.changes[0]?.changes.map(({ pointer, compare }) => [pointer, compare])).toEqual([
    ['/name', 'value'],
    ['/restrictions/users/allowedIds', 'set'],
  ]);
  expect(JSON.stringify(plan)).not.toContain(accessUrl.split('token=')[1]);
});

describe('restrictions in the answer to a PUT', () => {
  const allowed = { users: only('a') };
  const later = async () => {
    world.clock.advance(5 * minute);
    return pass();
  };
  const onPut = (effect: Effect, times?: number) =>
    world.alloy.misbehave({ method: 'PUT', effect, ...(times !== undefined && { times }) });
  const declareOne = (spec: Record<string, unknown>) => {
    world.alloy.add({ serverId: 's1', name: 'One' });
    return world.declareAtAlloy({ id: 's1', spec });
  };

  test('that are the old, though applied: a later list decides', async () => {
    await declareOne({ restrictions: allowed });
    onPut({ kind: 'stale', applied: true }, 1);
    expect(outcomesOf(await pass())).toEqual({ waiting: 1 });
    expect(outcomesOf(await pass())).toEqual({ inSync: 1 });
    expect(puts()).toHaveLength(1);
  });

  test('that are never applied are refused after three attempts', async () => {
    await declareOne({ restrictions: allowed });
    onPut({ kind: 'stale', applied: false });
    for (let times = 0; times < 10; times += 1) await later();
    expect(puts()).toHaveLength(3);
    expect(outcomesOf(await pass())).toEqual({ refused: 1 });
  });

  test('that are partly refused: other fields of the server are corrected', async () => {
    await declareOne({ name: 'One', restrictions: allowed });
    const admin = { users: { mode: 'allowlist', allowedIds: ['a', 'admin'] } };
    onPut({ kind: 'normalise', change: (server) => ({ ...server, restrictions: admin }) });
    expect(outcomesOf(await pass())).toEqual({ waiting: 1 });
    expect(outcomesOf(await later())).toEqual({ waiting: 1 });
    expect(outcomesOf(await later())).toEqual({ refused: 1 });
    world.alloy.edit('s1', { name: 'Somebody’s' });
    await later();
    expect(world.alloy.find('s1').name).toBe('One');
    expect(world.alloy.requests.at(-1)?.body).not.toHaveProperty('restrictions');
    expect(outcomesOf(await later())).toEqual({ refused: 1 });
  });

  test('that are absent prove nothing: a later list decides', async () => {
    await declareOne({ restrictions: allowed });
    onPut(
      { kind: 'normalise', stored: false, change: ({ restrictions: _gone, ...rest }) => rest },
      1,
    );
    expect(outcomesOf(await pass())).toEqual({ waiting: 1 });
    expect(outcomesOf(await later())).toEqual({ inSync: 1 });
    expect(puts()).toHaveLength(1);
  });
});

describe('a list that leaves restrictions out', () => {
  const users = { mode: 'allowlist', allowedIds: ['cfo'] };
  const declared = { restrictions: { connectors: only('slack') } };
  const ids = Array.from({ length: 12 }, (_, index) => `s${String(index).padStart(2, '0')}`);

  /** As many calls a minute as make so many GETs a pass. */
  const gets = (count: number) => {
    world.clock.passInSleep();
    return world.declareAlloyConnection({
      budget: { requestsPerMinute: 2 * count, concurrency: 2 },
    });
  };

  beforeEach(async () => {
    await world.close();
    await start({ listForm: 'sample' });
  });

  test('says nothing of them: a GET decides, of servers that declare them', async () => {
    world.alloy.add({
      serverId: 's1',
      name: 'One',
      restrictions: { users, ...declared.restrictions },
    });
    world.alloy.add({ serverId: 's2', name: 'Two', restrictions: { users } });
    await world.declareAtAlloy({ id: 's1', spec: declared }, { id: 's2', spec: { name: 'Two' } });
    const report = await pass();
    expect(outcomesOf(report)).toEqual({ inSync: 2 });
    expect(report.vendorCalls).toMatchObject({ list: 1, get: 1, put: 0 });
  });

  test('clears no undeclared value on any server', async () => {
    for (const id of ids) world.alloy.add({ serverId: id, name: id, restrictions: { users } });
    await world.declareAlloyConnection({
      policy: { mode: 'correct', limits: { updates: '100%' } },
    });
    const policy = { ignore: ['/restrictions/users'] };
    await world.declareAtAlloy(...ids.map((id) => ({ id, spec: declared, policy })));
    for (let passes = 0; passes < 3; passes += 1) await pass();
    for (const id of ids) {
      expect(world.alloy.find(id).restrictions).toEqual({ users, ...declared.restrictions });
    }
    expect(puts()).toHaveLength(ids.length);
  });

  test('is read in turn, the longest unread first; the rest is as it was read', async () => {
    for (const id of ids)
      world.alloy.add({ serverId: id, name: id, restrictions: declared.restrictions });
    await world.declareAtAlloy(...ids.map((id) => ({ id, spec: declared })));
    await gets(10);
    const first = await pass();
    expect(outcomesOf(first)).toEqual({ inSync: 10, waiting: 2 });
    expect(first.vendorCalls).toMatchObject({ get: 10, put: 0 });
    expect(first.details).toMatchObject([
      { reason: { code: 'not-read' } },
      { reason: { code: 'not-read' } },
    ]);
    world.clock.advance(5 * minute);
    expect(outcomesOf(await pass())).toEqual({ inSync: 10, assumed: 2 });
    const read = await world.deps.ledger.read(connection);
    expect([...read.servers.values()].every(({ readAt }) => readAt !== undefined)).toBe(true);
    const since = read.servers.get('s08')?.readAt;
    const { plan } = await preview({ connection, trigger: 'cli' }, world.deps);
    expect(plan.counts).toMatchObject({ inSync: 1, assumed: 11 });
    expect(since).toBeDefined();
  });

  test('is read by the pass of a person where the plan has not come to it', async () => {
    for (const id of ids)
      world.alloy.add({ serverId: id, name: id, restrictions: declared.restrictions });
    await world.declareAtAlloy(...ids.map((id) => ({ id, spec: declared })));
    await gets(10);
    const agreement = { approved: true, includeReport: true, lockTimeoutMs: 0 };
    const attended = { ...agreement, shown: new Set<string>() };
    const request = { connection, trigger: 'cli' } as const;
    const made = await preview({ ...request, attended }, world.deps);
    expect(made.plan.counts).toMatchObject({ inSync: 1, waiting: 11 });
    const result = await sendAgreed(request, made.plan, made, agreement, world.deps);
    expect(result).toMatchObject({
      report: { counts: { inSync: 10, waiting: 2 }, vendorCalls: { list: 2, get: 11 } },
    });
  });

  test('finds drift when the turn of its server comes, and at once where it is named', async () => {
    for (const id of ids)
      world.alloy.add({ serverId: id, name: id, restrictions: declared.restrictions });
    await world.declareAtAlloy(...ids.map((id) => ({ id, spec: declared })));
    await gets(10);
    await pass();
    world.clock.advance(5 * minute);
    await pass();
    const [unread = ''] = [...(await world.deps.ledger.read(connection)).servers.values()]
      .toSorted((a, b) => ((a.readAt ?? '') < (b.readAt ?? '') ? 1 : -1))
      .map(({ id }) => id);
    world.alloy.edit(unread, { restrictions: { users } });
    const named = await pass({ servers: [unread], trigger: 'stream' });
    expect(outcomesOf(named)).toEqual({ updated: 1 });
    expect(world.alloy.find(unread).restrictions).toEqual({ users, ...declared.restrictions });
  });

  test('nothing is sent where a GET leaves them out too: the server waits, with the reason', async () => {
    const unknown = { restrictions: null, hasRestrictions: null };
    world.alloy.add({ serverId: 's1', name: 'One', restrictions: { users }, unknown });
    await world.declareAtAlloy({ id: 's1', spec: declared });
    const report = await pass();
    expect(outcomesOf(report)).toEqual({ waiting: 1 });
    expect(report.details).toMatchObject([
      {
        reason: {
          message: 'the answer to GET does not have a declared field, so its value is not known',
        },
      },
    ]);
    expect(report.vendorCalls.put).toBe(0);
    world.alloy.violations.splice(0);
  });
});

describe('a PUT that replaces restrictions', () => {
  test('is made from a GET right before it: what changed meanwhile in other parts stays', async () => {
    world.alloy.add({ serverId: 's1', name: 'One', restrictions: { users: only('a') } });
    world.alloy.add({ serverId: 's2', name: 'Two' });
    await world.declareAlloyConnection({ budget: { requestsPerMinute: 60_000, concurrency: 1 } });
    await world.declareAtAlloy(
      { id: 's1', spec: { name: 'New' } },
      { id: 's2', spec: { restrictions: { connectors: only('slack') } } },
    );
    // While the first server is updated, a person restricts the users of the second.
    const change = (server: Record<string, unknown>) => {
      world.alloy.edit('s2', { restrictions: { users: only('cfo') } });
      return server;
    };
    world.alloy.misbehave({ operation: 'put', id: 's1', effect: { kind: 'normalise', change } });
    const report = await pass();
    expect(outcomesOf(report)).toEqual({ updated: 2 });
    expect(report.vendorCalls).toMatchObject({ list: 1, get: 1, put: 2 });
    expect(world.alloy.find('s2').restrictions).toEqual({
      users: only('cfo'),
      connectors: only('slack'),
    });
  });

  test('is not made where the same part changed meanwhile: a later pass decides', async () => {
    world.alloy.add({ serverId: 's1', name: 'One' });
    world.alloy.add({ serverId: 's2', name: 'Two', restrictions: { users: only('a') } });
    await world.declareAlloyConnection({ budget: { requestsPerMinute: 60_000, concurrency: 1 } });
    await world.declareAtAlloy(
      { id: 's1', spec: { name: 'New' } },
      { id: 's2', spec: { restrictions: { users: { mode: 'allowlist', allowedIds: ['b'] } } } },
    );
    const change = (server: Record<string, unknown>) => {
      world.alloy.edit('s2', { restrictions: { users: only('c') } });
      return server;
    };
    world.alloy.misbehave({ operation: 'put', id: 's1', effect: { kind: 'normalise', change } });
    expect(outcomesOf(await pass())).toEqual({ updated: 1, waiting: 1 });
    expect(world.alloy.find('s2').restrictions).toEqual({ users: only('c') });
    world.clock.advance(5 * minute);
    expect(outcomesOf(await pass())).toEqual({ inSync: 1, updated: 1 });
  });
});
