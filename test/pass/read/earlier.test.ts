import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { preview } from '../../../lib/pass/preview.ts';
import type { Preview } from '../../../lib/pass/preview.ts';
import { sendAgreed } from '../../../lib/pass/send-agreed.ts';
import { acquireAs } from '../../support/lease-events.ts';
import { connection, outcomesOf, serverIds, startWorld } from '../../support/world.ts';
import type { TestWorld } from '../../support/world.ts';

const ids = serverIds(12);
const [a = '', b = '', c = ''] = ids;
const agreement = { approved: true, includeReport: true, lockTimeoutMs: 60_000 };
const request = { connection, trigger: 'cli' } as const;

let world: TestWorld;

const rename = (id: string, name: string) => world.declare({ id, spec: { name } });

/** The first server is to be renamed, and all others are in sync. */
beforeEach(async () => {
  world = await startWorld(
    { servers: ids.map((id) => ({ id, name: id })) },
    { sqliteLedger: true },
  );
  await world.declareConnection();
  await world.declare(...ids.map((id) => ({ id, spec: { name: id } })));
  await world.pass();
  await rename(a, 'New');
});

afterEach(() => world.close());

const planned = (servers?: readonly string[]) => {
  const attended = { ...agreement, shown: new Set<string>() };
  return preview({ ...request, ...(servers && { servers }), attended }, world.deps);
};

/** The pass of a person who agreed to the plan. */
async function applied(made: Preview, servers?: readonly string[]) {
  const named = servers && { servers };
  const result = await sendAgreed({ ...request, ...named }, made.plan, made, agreement, world.deps);
  if (result.kind !== 'done') throw new Error(`the pass was ${result.kind}`);
  return result;
}

const sent = () => world.barndoor.requests.filter(({ method }) => method === 'PUT').length;

test('what is sent is read again by itself, and nothing else; the report counts both readings', async () => {
  const plan = await planned();
  const { report } = await applied(plan);
  expect(outcomesOf(report)).toEqual({ updated: 1, inSync: 11 });
  expect(report).toMatchObject({ scope: 'all', servers: 12 });
  expect(report.vendorCalls).toEqual({ list: 1, get: 1, put: 1 });
});

test('the list is read again where that is fewer calls', async () => {
  await rename(b, 'New b');
  const { report } = await applied(await planned());
  expect(outcomesOf(report)).toEqual({ updated: 2, inSync: 10 });
  expect(report.vendorCalls).toEqual({ list: 2, get: 0, put: 2 });
});

test('a list that lacks too much is not believed under the lease either', async () => {
  for (const id of ids) await rename(id, `New ${id}`);
  const plan = await planned();
  for (const id of ids) world.barndoor.remove(id);
  const { report } = await applied(plan);
  expect(report).toMatchObject({ state: 'unreachable', counts: { missing: 0, unreached: 12 } });
});

test('named servers are read by GET, and those again to which something is sent', async () => {
  const servers = [a, b];
  expect(await applied(await planned(servers), servers)).toMatchObject({
    report: { counts: { updated: 1, inSync: 1 }, vendorCalls: { list: 0, get: 3, put: 1 } },
  });
});

test('nothing is sent on a reading from before the lease', async () => {
  const plan = await planned();
  // As if it was not known that this server was agreed to.
  const { report } = await applied({ ...plan, earlier: { ...plan.earlier, planned: [] } });
  expect(outcomesOf(report)).toEqual({ reported: 1, inSync: 11 });
  expect(sent()).toBe(0);
});

describe('idle', () => {
  test('is a plan with nothing to record, and its report is that of a pass', async () => {
    await rename(a, a);
    const made = await planned();
    const report = await world.pass();
    const {
      pass: _,
      trigger,
      startedAt: _at,
      durationMs: _ms,
      credentialsDecrypted: _c,
      ...idle
    } = made.idle ?? report;
    expect(made.idle).toBeDefined();
    expect(trigger).toBe('cli');
    expect(report).toMatchObject(idle);
  });

  test.each<[string, () => unknown]>([
    [
      'a server without a baseline',
      async () => {
        const record = (await world.deps.ledger.read(connection)).servers.get(b);
        if (record) await world.deps.ledger.forgetServer(connection, record);
      },
    ],
    ['a server that is gone', () => world.barndoor.remove(b)],
    ['a row that was removed', () => world.desired.remove(connection, `server#${b}`)],
    ['a mark to send again', () => world.deps.ledger.markResend(connection, b, 'mark')],
  ])('is no plan with %s; its pass reads nothing but what changed', async (_, happens) => {
    await rename(a, a);
    expect((await planned()).idle).toBeDefined();
    await happens();
    const plan = await planned();
    expect(plan.idle).toBeUndefined();
    const { report } = await applied(plan);
    expect(report.vendorCalls).toMatchObject({ ...plan.earlier.calls, put: 0 });
    expect((await planned()).idle).toBeDefined();
  });
});

test('of a connection that failed last nothing is taken over, and its backoff ends with the first answer', async () => {
  await rename(a, a);
  const effect = { kind: 'status', status: 403 } as const;
  const end = world.barndoor.misbehave({ operation: 'list', effect });
  await world.pass();
  end();
  const plan = await planned();
  expect(plan.idle).toBeUndefined();
  const { report } = await applied(plan);
  expect(report.vendorCalls).toEqual({ list: 2, get: 0, put: 0 });
  expect((await planned()).idle).toBeDefined();
});

test('a connection that fails between the plan and the pass backs off as before', async () => {
  await rename(a, a);
  world.barndoor.remove(b);
  const plan = await planned();
  const effect = { kind: 'status', status: 403 } as const;
  world.barndoor.misbehave({ operation: 'list', effect });
  await world.pass();
  const { report } = await applied(plan);
  expect(report).toMatchObject({ state: 'unreachable', vendorCalls: { list: 2 } });
  expect((await world.deps.lease.read(connection))?.retry).toMatchObject({ attempts: 2 });
});

describe('between the plan and the pass', () => {
  interface Case {
    readonly happens: () => unknown;
    readonly outcomes: Record<string, number>;
    readonly calls: { readonly list: number; readonly get: number };
    /** What the first server is called then. */
    readonly name?: string;
  }
  const once = { list: 1, get: 1 };

  test.each<[string, Case]>([
    [
      'the gateway changes what was to be sent: it is not sent',
      {
        happens: () => world.barndoor.edit(a, { name: 'By hand' }),
        outcomes: { reported: 1, inSync: 11 },
        calls: once,
        name: 'By hand',
      },
    ],
    [
      'it is done by hand: nothing is sent',
      {
        happens: () => world.barndoor.edit(a, { name: 'New' }),
        outcomes: { inSync: 12 },
        calls: once,
        name: 'New',
      },
    ],
    [
      'the server is deleted: it is missing',
      {
        happens: () => world.barndoor.remove(a),
        outcomes: { missing: 1, inSync: 11 },
        calls: { list: 1, get: 1 },
      },
    ],
    [
      'its declaration changes: it is not sent',
      {
        happens: () => rename(a, 'Newer'),
        outcomes: { reported: 1, inSync: 11 },
        calls: once,
        name: a,
      },
    ],
    [
      'its row is removed: it is not sent',
      {
        happens: () => world.desired.remove(connection, `server#${a}`),
        outcomes: { inSync: 11 },
        calls: { list: 1, get: 0 },
        name: a,
      },
    ],
    [
      'another declaration changes: that server is read too, and not sent',
      {
        happens: () => rename(b, 'Other'),
        outcomes: { updated: 1, reported: 1, inSync: 10 },
        // Two calls by GET are more than the list.
        calls: { list: 2, get: 0 },
        name: 'New',
      },
    ],
    [
      'the row of the connection changes: all is read again',
      {
        happens: () => world.declareConnection({ policy: { mode: 'correct', limits: {} } }),
        outcomes: { updated: 1, inSync: 11 },
        calls: { list: 2, get: 0 },
        name: 'New',
      },
    ],
    [
      'another pass sends it: nothing is sent again',
      {
        happens: () => world.pass(),
        outcomes: { inSync: 12 },
        calls: once,
        name: 'New',
      },
    ],
    [
      'another pass updates another server by hand of a person: that is read too',
      {
        happens: async () => {
          world.barndoor.edit(b, { name: 'Drifted' });
          await world.pass({ servers: [b] });
        },
        outcomes: { updated: 1, inSync: 11 },
        calls: { list: 2, get: 0 },
        name: 'New',
      },
    ],
    [
      'it is paused: it is not sent',
      {
        happens: () =>
          world.deps.ledger.pause(connection, { id: a, at: '2026-01-01T00:00:00.000Z' }),
        outcomes: { paused: 1, inSync: 11 },
        calls: { list: 1, get: 0 },
        name: a,
      },
    ],
    [
      'a server in sync is changed by hand: a later pass sees that',
      {
        happens: () => world.barndoor.edit(c, { name: 'Drifted' }),
        outcomes: { updated: 1, inSync: 11 },
        calls: once,
        name: 'New',
      },
    ],
  ])('%s', async (_, { happens, outcomes, calls, name }) => {
    const plan = await planned();
    await happens();
    const before = sent();
    const { report } = await applied(plan);
    expect(outcomesOf(report)).toEqual(outcomes);
    expect(report.vendorCalls).toMatchObject(calls);
    expect(sent() - before).toBe(outcomes['updated'] ?? 0);
    if (name !== undefined) expect(world.barndoor.find(a).name).toBe(name);
  });

  test('what another pass did while its lease was waited for is seen', async () => {
    const plan = await planned();
    const expiresAt = world.clock.now() + 30_000;
    const owned = await acquireAs('Kim', world.deps.lease, connection, { expiresAt });
    const { epoch = 0, knocks = 0 } = owned ?? {};
    const waiting = applied(plan);
    world.barndoor.edit(a, { name: 'By Kim' });
    const save = { window: [], retry: undefined, budget: undefined };
    const release = { kind: 'release', epoch, knocks, keep: false, save } as const;
    await world.deps.lease.change(connection, release);
    const { report } = await waiting;
    expect(outcomesOf(report)).toEqual({ reported: 1, inSync: 11 });
    expect(world.barndoor.find(a).name).toBe('By Kim');
  });

  test('drift of a server that was not read again is corrected by the next pass', async () => {
    const plan = await planned();
    world.barndoor.edit(c, { name: 'Drifted' });
    await applied(plan);
    expect(outcomesOf(await world.pass())).toEqual({ updated: 1, inSync: 11 });
    expect(world.barndoor.find(c).name).toBe(c);
  });
});
