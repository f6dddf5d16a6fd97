import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { Intercept } from '../../lib/local/aws/aws-json.ts';
import type { Dependencies } from '../../lib/pass/dependencies.types.ts';
import type { Attended, PassRequest } from '../../lib/pass/request.types.ts';
import { noQueue } from '../../lib/work/queue.ts';
import { Lease } from '../../lib/lease/lease.ts';
import { defaultSettings } from '../../lib/lease/settings.types.ts';
import { reconcile } from '../../lib/pass/reconcile.ts';
import { anotherProcess } from '../support/another-process.ts';
import { holdPut, until } from '../support/held.ts';
import { TestClock } from '../support/test-clock.ts';
import { connection, outcomesOf, serverIds, startWorld } from '../support/world.ts';
import type { TestWorld } from '../support/world.ts';
import { acquireAs, dyingAt, knockFor } from '../support/lease-events.ts';

const [a = '', b = '', c = ''] = serverIds(3);
const schedule: PassRequest = { connection, trigger: 'schedule' };
const { leaseMs, marginMs } = defaultSettings;
const over = leaseMs + marginMs + 1;
/** Long enough for what a test does before something expires: the clock of a world goes on by itself. */
const aMoment = 15_000;

let world: TestWorld;
let dynamodb: Intercept;
let one: Dependencies;
let two: Dependencies;

beforeEach(async () => {
  dynamodb = () => undefined;
  world = await startWorld(
    {},
    { dynamodb: { intercept: (operation, body) => dynamodb(operation, body) } },
  );
  one = { ...anotherProcess(world), owner: 'one' };
  two = { ...anotherProcess(world), owner: 'two' };
  await world.declareConnection({ budget: { requestsPerMinute: 60_000, concurrency: 1 } });
  for (const id of [a, b, c]) world.barndoor.add({ id, name: `Old ${id}`, slug: `s-${id}` });
  await world.declare(
    { id: a, spec: { name: 'New a', client_id: 'client-a' } },
    { id: b, spec: { name: 'New b' } },
    { id: c, spec: { name: 'New c' } },
  );
});

afterEach(async () => {
  await world.close();
});

const item = async () => {
  const found = await one.lease.read(connection);
  if (!found) throw new Error('there is no lease item');
  return found;
};
const record = async (id: string) => (await one.ledger.read(connection)).servers.get(id);
const marked = async () => [...(await one.ledger.read(connection)).resend.keys()];
const putsOf = (id: string) =>
  world.barndoor.requests.filter(({ method, path }) => method === 'PUT' && path.endsWith(id));
const done = async (request: PassRequest, deps: Dependencies) => {
  const result = await reconcile(request, deps);
  if (result.kind !== 'done') throw new Error(result.kind);
  return result;
};
/** Somebody who acquires and is never heard of again. */
const die = () => {
  const now = one.clock.now();
  const times = { expiresAt: now + leaseMs, expiredBefore: now - marginMs };
  return acquireAs('dead', one.lease, connection, times);
};
const knock = (...ids: readonly string[]) =>
  knockFor(ids, one.lease, connection, one.clock.now() - marginMs);
const isKey = (body: unknown, key: string) =>
  JSON.stringify(body).includes(`"item":{"S":"${key}"}`);

describe('two passes at once', () => {
  test('one calls the vendor; the other knocks, and its row is reflected though it came late', async () => {
    const answerPut = holdPut(world, b);
    const first = done(schedule, one);
    await until(() => putsOf(b).length === 1);
    await world.declare({ id: a, spec: { name: 'Newer a', client_id: 'client-a' } });
    const before = { ...world.barndoor.counts };
    expect(await reconcile({ ...schedule, servers: [a] }, two)).toEqual({ kind: 'knocked' });
    expect(world.barndoor.counts).toEqual(before);
    expect(await item()).toMatchObject({ owner: 'one', knocks: 1, knocked: new Set([a]) });
    answerPut();
    const { report, others } = await first;
    expect(outcomesOf(report)).toEqual({ updated: 3 });
    expect(others.map(({ scope, counts }) => [scope, counts.updated])).toEqual([['named', 1]]);
    expect(world.barndoor.find(a).name).toBe('Newer a');
    const passes = [report, ...others];
    const { list, get, put } = world.barndoor.counts;
    const own = (call: 'list' | 'get' | 'put') =>
      passes.reduce((sum, { vendorCalls }) => sum + vendorCalls[call], 0);
    expect([list, get, put]).toEqual([own('list'), own('get'), own('put')]);
    const free = await item();
    expect([free.owner, free.knocked, free.running]).toEqual([undefined, undefined, undefined]);
  });

  test('a knock in the very last moment keeps the release from happening', async () => {
    let isKnocked = false;
    dynamodb = (operation, body) => {
      const text = JSON.stringify(body);
      const isRelease = operation === 'PutItem' && isKey(body, 'lease') && !/expiresAt/.test(text);
      if (!isRelease || isKnocked) return undefined;
      isKnocked = true;
      return { until: knock(b) };
    };
    const { others } = await done({ ...schedule, servers: [a] }, one);
    expect(others).toHaveLength(1);
    expect(world.barndoor.find(b).name).toBe('New b');
    expect(await item()).toMatchObject({ knocks: 1 });
    expect(await item()).not.toHaveProperty('expiresAt');
  });

  const knockAtEachEnd = () => {
    dynamodb = (operation, body) => {
      if (operation !== 'PutItem' || !isKey(body, 'pass#last')) return undefined;
      return { until: reconcile({ ...schedule, servers: [b] }, two) };
    };
  };

  test('after three rounds what is still asked for goes to the queue', async () => {
    knockAtEachEnd();
    const { others } = await done({ ...schedule, servers: [a] }, one);
    expect(others).toHaveLength(2);
    const { messages } = world.sqs.queue(world.queueUrl);
    expect(messages.map(({ body }) => JSON.parse(body) as unknown)).toEqual([
      {
        version: 1,
        connection,
        servers: [b],
        reason: 'handover',
        dueAt: expect.any(String),
      },
    ]);
    const free = await item();
    expect(free.knocks).toBe(3);
    expect([free.owner, free.knocked, free.running]).toEqual([undefined, undefined, undefined]);
  });

  test('without a queue it stays in the item for the next holder', async () => {
    knockAtEachEnd();
    await done({ ...schedule, servers: [a] }, { ...one, queue: noQueue });
    expect(await item()).toMatchObject({ knocked: new Set([b]) });
    dynamodb = () => undefined;
    await world.declare({ id: b, spec: { name: 'Newer b' } });
    await done({ ...schedule, servers: [a] }, two);
    expect(world.barndoor.find(b).name).toBe('Newer b');
    expect(await item()).not.toHaveProperty('knocked');
  });
});

describe('a holder that died', () => {
  test('is taken over after expiry and margin, not before; running and knocks are served first', async () => {
    const dead = await die();
    await knock(b);
    const running = new Set([b]);
    await one.lease.change(connection, {
      kind: 'serve',
      epoch: dead?.epoch ?? 0,
      knocks: 1,
      running,
    });
    await knock(c);
    world.clock.advance(leaseMs + marginMs - aMoment);
    expect(await reconcile({ ...schedule, servers: [a] }, one)).toEqual({ kind: 'knocked' });
    expect(world.barndoor.requests).toEqual([]);
    world.clock.advance(aMoment + 1);
    const { report } = await done({ ...schedule, servers: [a] }, one);
    expect(outcomesOf(report)).toEqual({ updated: 3 });
    const free = await item();
    expect(free).toMatchObject({ epoch: 2, knocks: 3 });
    expect([free.owner, free.knocked, free.running]).toEqual([undefined, undefined, undefined]);
  });

  test('leaves knocks that are taken over though the answer was lost, and another came in between', async () => {
    await die();
    await knock(b);
    world.clock.advance(over);
    let isLost = false;
    const unlucky: Dependencies = {
      ...one,
      lease: {
        ...one.lease,
        change: async (name, event, known) => {
          const decision = await one.lease.change(name, event, known);
          if (isLost || event.kind !== 'serve') return decision;
          isLost = true;
          // The store finds that the item has changed, and decides again.
          await knock(c);
          return one.lease.change(name, event);
        },
      },
    };
    await done({ ...schedule, servers: [a] }, unlucky);
    expect(['a', 'b', 'c'].map((_, index) => world.barndoor.servers[index]?.name)).toEqual([
      'New a',
      'New b',
      'New c',
    ]);
  });

  test('after others that died leaves all to be served rather than ever more by name', async () => {
    await die();
    for (const [ids, running] of [
      [serverIds(60), new Set(serverIds(60))],
      [serverIds(120).slice(60), 'all'],
    ] as const) {
      await knock(...ids);
      world.clock.advance(over + leaseMs);
      const lease = await Lease.acquire(connection, one);
      if (!(lease instanceof Lease)) throw new Error('it is owned');
      await lease.serveKnocks();
      lease.end();
      expect((await item()).running).toEqual(running);
    }
  });

  test('while its successor dies too, nothing of it is lost', async () => {
    await die();
    await knock(b, c);
    world.clock.advance(over);
    const broken = {
      ...one,
      ledger: { ...one.ledger, read: () => Promise.reject(new Error('dies here')) },
      lease: dyingAt('release', one.lease),
    };
    void reconcile({ ...schedule, servers: [a] }, broken).catch(() => undefined);
    await until(async () => (await item()).running !== undefined);
    expect(await item()).toMatchObject({ epoch: 2, running: new Set([b, c]) });
    world.clock.advance(over + leaseMs);
    const { report } = await done({ ...schedule, servers: [a] }, two);
    expect(outcomesOf(report)).toEqual({ updated: 3 });
  });
});

describe('a person’s request', () => {
  const attended = (more: Partial<Attended>): PassRequest => ({
    connection,
    trigger: 'cli',
    attended: {
      shown: new Set(),
      approved: false,
      includeReport: true,
      lockTimeoutMs: 300_000,
      ...more,
    },
  });

  test('waits for the lease, says who holds it, and does not knock', async () => {
    const answerPut = holdPut(world, b);
    const first = done(schedule, one);
    await until(() => putsOf(b).length === 1);
    const told: string[] = [];
    const waiting = (owner: string) => {
      told.push(owner);
      answerPut();
    };
    const { report } = await done(attended({ waiting }), two);
    expect(told).toEqual([expect.stringMatching(/^one \(since 20\d\d-.* UTC\)$/)]);
    expect(report.trigger).toBe('cli');
    expect((await first).others).toEqual([]);
    expect(await item()).toMatchObject({ knocks: 0, epoch: 2 });
  });

  test('looks for the lease every second, gives up when its time has passed, and not a second later', async () => {
    await die();
    const clock = new TestClock(new Date(one.clock.now()).toISOString());
    const result = await reconcile(attended({ lockTimeoutMs: 2300 }), { ...two, clock });
    expect(result).toEqual({ kind: 'locked', owner: 'dead (since 1970-01-01 00:00 UTC)' });
    expect(clock.slept).toEqual([1000, 1000, 300]);
    expect(world.barndoor.requests).toEqual([]);
  });

  test('does not serve in its own round what others ask for, but after it', async () => {
    const plan = await done(attended({}), one);
    expect(outcomesOf(plan.report)).toEqual({ reported: 3 });
    await die();
    await knock(b);
    world.clock.advance(over);
    const { report, others } = await done(attended({}), one);
    expect(outcomesOf(report)).toEqual({ reported: 3 });
    expect(others.map(outcomesOf)).toEqual([{ updated: 1 }]);
    expect(others[0]?.trigger).toBe('cli');
  });
});

describe('a lease lost in the middle', () => {
  /** Somebody whose clock runs far ahead takes the lease away while `id` is under way. */
  const loseAt = async (id: string) => {
    const answerPut = holdPut(world, id);
    const stolen = Promise.withResolvers<void>();
    const noticed = Promise.withResolvers<void>();
    const { clock, lease } = one;
    const robbed: Dependencies = {
      ...one,
      // its next renewal is due when the lease has been stolen
      clock: {
        ...clock,
        sleep: (ms, signal) =>
          ms === defaultSettings.renewMs ? stolen.promise : clock.sleep(ms, signal),
      },
      lease: {
        ...lease,
        change: async (name, event, known) => {
          const decision = await lease.change(name, event, known);
          // It renews before its first PUT too.
          if (event.kind === 'renew' && !decision.ok) noticed.resolve();
          return decision;
        },
      },
    };
    const running = done(schedule, robbed);
    await until(() => putsOf(id).length === 1);
    const before = await record(id);
    const now = one.clock.now();
    const times = { expiresAt: now, expiredBefore: now + 10 * leaseMs };
    expect(await acquireAs('thief', one.lease, connection, times)).toBeDefined();
    stolen.resolve();
    await noticed.promise;
    answerPut();
    return { result: await running, before };
  };

  test.each([
    ['unreadable', a, [a]],
    ['readable', b, []],
  ])('%s fields under way: no item is written, the pass ends', async (_, id, marks) => {
    const { result, before } = await loseAt(id);
    expect(result.report).toMatchObject({ state: 'interrupted', reason: { code: 'lease-lost' } });
    expect(result.report.counts.unreached).toBeGreaterThan(0);
    expect(await record(id)).toEqual(before);
    expect(putsOf(c)).toEqual([]);
    expect((await item()).owner).toBe('thief');
    expect(await marked()).toEqual(marks);
  });

  test('the next pass sends marked fields once, and clears the mark, also if it has more rounds', async () => {
    await loseAt(a);
    world.clock.advance(over);
    // Let the intent alone not be the reason: the mark has to do it.
    const found = await record(a);
    if (!found) throw new Error('no record');
    const { intent: _intent, ...rest } = found;
    await one.ledger.writeServer(connection, rest);
    let isKnocked = false;
    dynamodb = (operation, body) => {
      if (operation !== 'PutItem' || !isKey(body, 'pass#last') || isKnocked) return undefined;
      isKnocked = true;
      return { until: knock(a) };
    };
    const { others } = await done(schedule, two);
    expect(others).toHaveLength(1);
    expect(putsOf(a)).toHaveLength(2);
    expect(await marked()).toEqual([]);
    await done(schedule, one);
    expect(putsOf(a)).toHaveLength(2);
  });

  test('at the last server: nothing is left, and no message is queued', async () => {
    const { result } = await loseAt(c);
    expect(result.report).toMatchObject({ state: 'interrupted', counts: { unreached: 0 } });
    expect(world.sqs.queue(world.queueUrl).messages).toEqual([]);
  });

  test('a mark of a server that is no longer declared is removed', async () => {
    await loseAt(a);
    world.clock.advance(over);
    await one.ledger.markResend(connection, 'gone', 'mark');
    await done(schedule, two);
    expect(await marked()).toEqual([]);
  });

  test('a mark that comes while the next pass is under way is not forgotten', async () => {
    await done(schedule, one);
    await world.declare({ id: a, spec: { name: 'Newer a', client_id: 'client-a-newer' } });
    const answerPut = holdPut(world, a);
    const running = done(schedule, two);
    await until(() => putsOf(a).length === 2);
    await one.ledger.markResend(connection, a, 'mark');
    answerPut();
    await running;
    expect(await marked()).toEqual([a]);
    await done(schedule, two);
    expect(putsOf(a)).toHaveLength(3);
    expect(await marked()).toEqual([]);
  });
});

describe('an intent', () => {
  test('that was never finished is sent once more, and then not again', async () => {
    const broken: Dependencies = {
      ...one,
      ledger: {
        ...one.ledger,
        writeServer: (name, next) =>
          next.intent ? one.ledger.writeServer(name, next) : Promise.reject(new Error('dies here')),
      },
    };
    await expect(reconcile({ ...schedule, servers: [a] }, broken)).rejects.toThrow('dies here');
    expect(putsOf(a)).toHaveLength(1);
    expect(await record(a)).toMatchObject({ intent: { epoch: 1, pointers: ['/client_id'] } });
    world.barndoor.edit(a, { client_id: 'somebody’s' });
    await done(schedule, two);
    expect(putsOf(a)).toHaveLength(2);
    expect(world.barndoor.find(a).client_id).toBe('client-a');
    await done(schedule, two);
    expect(putsOf(a)).toHaveLength(2);
    expect(await record(a)).not.toHaveProperty('intent');
  });

  test('of a pass that could not send is taken back', async () => {
    const { epoch = 0, window = [] } = (await die()) ?? {};
    const save = { window };
    const release = { kind: 'release', epoch, knocks: 0, keep: false, save } as const;
    await one.lease.change(connection, release);
    // The time of the process is over between the intent and the PUT.
    let isLate = false;
    const clock = { ...one.clock, now: () => one.clock.now() + (isLate ? 150_000 : 0) };
    const slow: Dependencies = {
      ...one,
      clock,
      settings: { ...defaultSettings, leaseMs: 200_000, renewMs: 100_000 },
      ledger: {
        ...one.ledger,
        writeServer: async (name, next) => {
          const written = await one.ledger.writeServer(name, next);
          if (next.intent) isLate = true;
          return written;
        },
      },
    };
    const deadline = one.clock.now() + 120_000;
    const { report } = await done({ ...schedule, servers: [a], deadline }, slow);
    expect(report).toMatchObject({ state: 'interrupted', reason: { code: 'deadline' } });
    expect(putsOf(a)).toEqual([]);
    expect(await record(a)).not.toHaveProperty('intent');
    expect(world.sqs.queue(world.queueUrl).messages).toHaveLength(1);
  });
});
