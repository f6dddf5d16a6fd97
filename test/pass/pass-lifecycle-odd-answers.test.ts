import { setTimeout } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { ContextForgeSimulator } from '../../lib/local/gateways/contextforge/simulator.ts';
import { approve } from '../../lib/pass/approve.ts';
import { reconcile } from '../../lib/pass/reconcile.ts';
import { anotherProcess } from '../support/another-process.ts';
import { bearer, outcomesOf, startWorld } from '../support/world.ts';
import type { TestWorld } from '../support/world.ts';

const connection = 'forge';
/** Longer than what may have been sent is waited for: 3 x 15 s, 60 s and 30 s. */
const settled = 3 * 60_000;
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
  await world.desired.put(connection, 'connection', {
    provider: 'contextforge',
    baseUrl: gateway.url,
    auth: { type: 'bearer', token: { secret: `trueup/${connection}/token` } },
    policy: { mode: 'correct', manage: ['update', 'create', 'delete'] },
    budget: { requestsPerMinute: 60_000, concurrency: 4 },
  });
});

afterEach(() => world.close());

const declare = (label = 'jira', more: object = {}, own: object = spec) =>
  world.desired.put(connection, `new#${label}`, { spec: own, ...more } as never);
const labels = () => deps.ledger.labels(connection);
const count = (method: string) => gateway.requests.filter((one) => one.method === method).length;
const lost = (applied: boolean) =>
  ({ operation: 'create', times: 1, effect: { kind: 'cut', applied } }) as const;

async function pass(by = deps, of = connection) {
  const result = await reconcile({ connection: of, trigger: 'schedule' }, by);
  if (result.kind !== 'done') throw new Error(result.kind);
  return result.report;
}

/** The events about servers since the last time. */
function events() {
  const found = world.events.splice(0).flatMap((event) => {
    if (!('server' in event)) return [];
    const { type, server } = event;
    return [[type, server, ...('reason' in event ? [event.reason.code] : [])]];
  });
  return found;
}

describe('a server that another row has', () => {
  test('is not bound by a label with the same declaration, whose request was lost', async () => {
    gateway.misbehave(lost(false));
    await declare('a');
    await pass();
    await declare('b');
    expect(outcomesOf(await pass())).toEqual({ unsure: 1, created: 1 });
    world.clock.advance(settled);
    const { details } = await pass();
    expect(details).toMatchObject([
      { id: 'new#a', outcome: 'unsure', reason: { code: 'may-be-anothers' } },
    ]);
    expect(details[0]?.reason?.message).toContain('is declared by another row');
    const id = gateway.servers[0]?.id;
    expect((await labels()).get('a')).toMatchObject({ reservation: { state: 'person' } });
    expect((await labels()).get('b')).toMatchObject({ binding: { id } });
    await declare('a', {}, { ...spec, name: 'Other' });
    await pass();
    await pass();
    expect(outcomesOf(await pass())).toEqual({ created: 1, inSync: 1 });
  });

  test('and the name of a new one is not to be imported', async () => {
    gateway.add({ id: 'g1', name: 'Jira' });
    await world.desired.put(connection, 'server#g1', { spec: { name: 'Jira' } });
    await declare();
    const { details } = await pass();
    expect(details).toMatchObject([{ id: 'new#jira', reason: { code: 'name-taken' } }]);
    expect(details[0]?.reason?.message).toBe(
      'server g1 has its name, and is declared by another row: it cannot be adopted. Give this one another name',
    );
  });
});

describe('an answer to a create request with a server that is not new', () => {
  const answered = (body: object, times = 1) => {
    const effect = { kind: 'status', status: 200, body } as const;
    gateway.misbehave({ operation: 'create', times, effect });
  };

  test('binds nothing, changes nothing, and is for a person', async () => {
    const own = { ...spec, name: 'Theirs' };
    gateway.add({ id: 'g1', ...own });
    answered({ id: 'g1', ...own });
    await declare();
    const report = await pass();
    expect(report.details).toMatchObject([
      { id: 'new#jira', outcome: 'unsure', reason: { code: 'may-be-anothers' } },
    ]);
    expect(report.details[0]?.reason?.message).toContain('server g1, which was there before');
    // As after an answer that renamed it.
    gateway.edit('g1', spec);
    world.clock.advance(settled);
    for (let times = 0; times < 3; times += 1) {
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      expect(outcomesOf(await pass())).toEqual({ unsure: 1 });
    }
    expect((await labels()).get('jira')).toMatchObject({ reservation: { state: 'person' } });
    expect([count('POST'), count('PUT')]).toEqual([1, 0]);
    gateway.remove('g1');
    await pass();
    await pass();
    expect(outcomesOf(await pass())).toEqual({ created: 1 });
  });

  test('that was created a moment ago for another label is for a person too', async () => {
    await declare('a', {}, { ...spec, name: 'A', url: 'http://localhost/a' });
    await declare('b', {}, { ...spec, name: 'B', url: 'http://localhost/b' });
    answered({ id: 'same', ...spec, name: 'A', url: 'http://localhost/a' }, 2);
    const report = await pass();
    expect(report.details).toMatchObject([
      { id: 'new#b', outcome: 'unsure', reason: { code: 'may-be-anothers' } },
      { id: 'same', outcome: 'created' },
    ]);
  });
});

test('a server with an id that no row can have is not bound', async () => {
  gateway.misbehave(lost(false));
  await declare();
  await pass();
  gateway.add({ id: 'new#other', ...spec });
  world.clock.advance(settled);
  const { details } = await pass();
  expect(details[0]?.reason?.message).toContain('is shown with an id that is not valid');
  expect((await labels()).get('jira')).toMatchObject({ reservation: { state: 'person' } });
});

test('nothing is created while a list does not show the name of an undeclared server', async () => {
  const { barndoor } = world;
  await world.secrets.write('trueup/crm/token', bearer);
  await world.desired.put('crm', 'connection', {
    provider: 'barndoor',
    baseUrl: barndoor.url,
    auth: { type: 'bearer', token: { secret: 'trueup/crm/token' } },
    policy: { mode: 'correct', manage: ['update', 'create'] },
  });
  const entry = '00000000-0000-4000-9000-000000000001';
  const fields = { name: 'CRM', slug: 'crm', mcp_server_directory_id: entry };
  await world.desired.put('crm', 'new#crm', { spec: fields });
  barndoor.add({ id: 's1', name: 'Other' });
  const hides = () =>
    barndoor.misbehave({ id: 's1', effect: { kind: 'mask', field: 'name', value: 7 } });
  const shows = hides();
  const hidden = { reason: { code: 'list-incomplete', message: expect.stringContaining('s1') } };
  expect((await pass(world.deps, 'crm')).details).toMatchObject([
    { outcome: 'waiting', ...hidden },
  ]);
  expect(barndoor.counts.create).toBeUndefined();
  shows();
  barndoor.misbehave(lost(false));
  await pass(world.deps, 'crm');
  const showsAgain = hides();
  world.clock.advance(settled);
  for (let times = 0; times < 3; times += 1) {
    // oxlint-disable-next-line no-await-in-loop -- one after the other
    const { details } = await pass(world.deps, 'crm');
    expect(details).toMatchObject([{ outcome: 'unsure', ...hidden }]);
  }
  showsAgain();
  await pass(world.deps, 'crm');
  await pass(world.deps, 'crm');
  expect(outcomesOf(await pass(world.deps, 'crm'))).toEqual({ created: 1 });
  await world.desired.put('crm', 'server#s1', { spec: { slug: 'other' } });
  hides();
  await world.desired.put('crm', 'new#erp', { spec: { ...fields, name: 'ERP', slug: 'erp' } });
  expect(outcomesOf(await pass(world.deps, 'crm'))).toMatchObject({ created: 1 });
});

describe('events', () => {
  test('show a request of a process that died, once, and that a person must look', async () => {
    await declare();
    const reservation = {
      nonce: 'n',
      account: '',
      body: {},
      createOnly: '',
      epoch: 1,
      at: new Date(world.clock.now()).toISOString(),
    };
    gateway.misbehave(lost(false));
    await pass();
    events();
    const before = (await labels()).get('jira');
    // As if the process had died after it reserved the label: its record was never written.
    const { account = '', createOnly = '', body = {} } = before?.reservation ?? {};
    const died = { ...reservation, account, createOnly, body };
    await deps.ledger.advance(connection, 'jira', {
      kind: 'rejected',
      nonce: before?.reservation?.nonce ?? '',
    });
    await world.desired.remove(connection, 'new#jira');
    await pass();
    await deps.ledger.advance(connection, 'jira', { kind: 'reserve', reservation: died });
    await declare();
    await pass();
    expect(events()).toEqual([['Server Unsure', 'new#jira', 'unsure']]);
    gateway.add({ id: 'g1', name: 'Jira' });
    world.clock.advance(settled);
    await pass();
    await pass();
    await pass();
    expect(events()).toEqual([['Server Unsure', 'new#jira', 'may-be-anothers']]);
  });

  test('show the id of a server that a later list shows, and that it was deleted', async () => {
    gateway.misbehave(lost(true));
    await declare();
    await pass();
    expect(events()).toEqual([['Server Unsure', 'new#jira', 'cut']]);
    world.clock.advance(settled);
    await pass();
    const id = gateway.servers[0]?.id;
    expect(events()).toEqual([['Server Created', id]]);
    await declare('jira', { state: 'absent' });
    const { held } = await pass();
    await approve(connection, held ?? '', deps, 'kim');
    gateway.misbehave({ operation: 'delete', times: 1, effect: { kind: 'cut', applied: true } });
    await pass();
    expect(events()).toEqual([['Server Unsure', id, 'cut']]);
    await pass();
    expect(events()).toEqual([]);
    world.clock.advance(settled);
    await pass();
    expect(events()).toEqual([['Server Deleted', id]]);
    await pass();
    expect(events()).toEqual([]);
  });
});

test.each([true, false])(
  'a request that was sent after others had settled it is bound once lists show it (answered: %s)',
  async (isAnswered) => {
    const freed = Promise.withResolvers<void>();
    gateway.misbehave({
      operation: 'create',
      times: 1,
      effect: { kind: 'wait', until: freed.promise },
    });
    if (!isAnswered) gateway.misbehave(lost(true));
    await declare();
    const late = pass();
    // oxlint-disable-next-line no-await-in-loop -- until it has sent the request
    while (count('POST') === 0) await setTimeout(5);
    const nonce = (await labels()).get('jira')?.reservation?.nonce ?? '';
    // As after two lists that did not show it.
    await deps.ledger.advance(connection, 'jira', { kind: 'rejected', nonce });
    freed.resolve();
    expect(outcomesOf(await late)).toEqual({ unsure: 1 });
    expect((await labels()).get('jira')).toMatchObject({ reservation: { nonce, state: 'unsure' } });
    expect(outcomesOf(await pass())).toEqual({ unsure: 1 });
    world.clock.advance(settled);
    await pass();
    expect(outcomesOf(await pass())).toEqual({ inSync: 1 });
    expect(count('POST')).toBe(1);
  },
);
