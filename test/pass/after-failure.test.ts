// The design's failure table, row by row: outcome, next attempt, and whether a failure counts against the connection.
// It tests lib/model/failure.ts, lib/pass/after-failure.ts, lib/pass/vendor.ts and lib/pass/ending.ts together, through whole passes.
import { afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { Effect } from '../../lib/local/gateways/misbehaviour.ts';
import type { BarndoorSimulator } from '../../lib/local/gateways/barndoor/simulator.ts';
import { backoffMs } from '../../lib/model/backoff.ts';
import { reconcile } from '../../lib/pass/reconcile.ts';
import type { PassRequest } from '../../lib/pass/request.types.ts';
import { anotherProcess } from '../support/another-process.ts';
import { startWorld, connection, outcomesOf, serverIds } from '../support/world.ts';
import type { TestWorld } from '../support/world.ts';
import { neighbourId, othersOf, startTown, townIds } from './support/town.ts';

const minute = 60_000;
const hour = 60 * minute;
const ids = serverIds(10);
const [a = '', b = ''] = ids;
const policy = { mode: 'correct', limits: { minimum: 1000 } };

let world: TestWorld;

/** Ten servers, of which each has one field to update. */
async function startTen() {
  world = await startWorld({}, { sqliteLedger: true });
  await world.declareConnection({ policy });
  for (const id of ids) world.barndoor.add({ id, name: `Old ${id}`, slug: `s-${id}` });
  await world.declare(...ids.map((id) => ({ id, spec: { name: `New ${id}` } })));
}

const closeTen = () => world.close();

const record = async (id: string) => (await world.deps.ledger.read(connection)).servers.get(id);
const failPut = (effect: Effect, id = b) => world.barndoor.misbehave({ method: 'PUT', id, effect });

/** Short of when something is due, and long enough for a pass: the clock of a world goes on by itself. */
const aMoment = 15_000;
const advanceTo = (time: string | undefined, ms = 0) =>
  world.clock.advance(Date.parse(time ?? '') + ms - world.clock.now());
const minutesTo = (time: string | undefined) =>
  Math.round((Date.parse(time ?? '') - world.clock.now()) / minute);

/** When a server was sent to. */
const putsTo = (id: string) =>
  world.barndoor.requests
    .filter(({ method, path }) => method === 'PUT' && path.endsWith(id))
    .map(({ at }) => at);

/** A pass of a process whose requests time out at once where no answer comes, and which takes 64 KB at most. */
async function impatient(request: Partial<PassRequest> = {}) {
  const whole = { connection, trigger: 'schedule' as const, ...request };
  const result = await reconcile(whole, anotherProcess(world));
  if (result.kind !== 'done') throw new Error('another process owns the lease');
  return result.report;
}

/** A row of the table. */
interface Failure {
  readonly of: 'GET' | 'PUT';
  readonly what: string;
  readonly effect: Effect;
  readonly outcome: 'failed' | 'missing' | 'waiting';
  readonly code?: string;
  readonly next: 'in an hour' | 'when it is read again' | 'at notBefore' | 'in the next pass';
  /** Whether the PUT was applied all the same, so that the next list shows it. */
  readonly isApplied?: boolean;
  /** Whether it counts to the more than half of at least five attempts that end a pass. */
  readonly isCounted: boolean;
  /** How often it is asked in one pass. Defaults to once. */
  readonly attempts?: number;
}

const answer = (code: number, more: object = {}): Effect => ({
  kind: 'status',
  status: code,
  ...more,
});
const terminal = { outcome: 'failed', next: 'in an hour', isCounted: false } as const;
const conflict = { ...terminal, attempts: 2 } as const;
const missing = { outcome: 'missing', next: 'in the next pass', isCounted: false } as const;
const transient = { outcome: 'waiting', next: 'at notBefore', isCounted: true } as const;
const another = (value: string): Effect => ({ kind: 'mask', field: 'id', value });

const failures: readonly Failure[] = [
  // terminal for this declaration
  { of: 'PUT', what: '400', effect: answer(400), code: 'http-400', ...terminal },
  { of: 'PUT', what: '403', effect: answer(403), code: 'http-403', ...terminal },
  { of: 'PUT', what: '422', effect: answer(422), code: 'http-422', ...terminal },
  {
    of: 'PUT',
    what: '422 with a Retry-After',
    effect: answer(422, { retryAfter: 1 }),
    ...terminal,
  },
  { of: 'PUT', what: '409', effect: answer(409), code: 'http-409', ...conflict },
  {
    of: 'PUT',
    what: '409 with a Retry-After',
    effect: answer(409, { retryAfter: 1 }),
    ...conflict,
  },
  {
    of: 'GET',
    what: '403',
    effect: answer(403),
    code: 'http-403',
    ...terminal,
    next: 'when it is read again',
  },
  // missing
  { of: 'PUT', what: '404', effect: answer(404), ...missing },
  { of: 'GET', what: '404', effect: answer(404), ...missing },
  // transient
  { of: 'PUT', what: '408', effect: answer(408), code: 'http-408', ...transient },
  { of: 'PUT', what: '429', effect: answer(429), code: 'http-429', ...transient },
  { of: 'PUT', what: '500', effect: answer(500), code: 'http-500', ...transient },
  { of: 'PUT', what: '503', effect: answer(503), code: 'http-503', ...transient },
  { of: 'PUT', what: 'a cut connection', effect: { kind: 'cut' }, code: 'cut', ...transient },
  { of: 'PUT', what: 'HTML for JSON', effect: { kind: 'html' }, code: 'body-html', ...transient },
  { of: 'PUT', what: 'no answer', effect: { kind: 'hang' }, code: 'timeout', ...transient },
  { of: 'PUT', what: 'too long an answer', effect: { kind: 'huge', bytes: 100_000 }, ...transient },
  {
    of: 'PUT',
    what: 'another server',
    effect: another(neighbourId),
    ...transient,
    isApplied: true,
  },
  { of: 'PUT', what: 'an empty answer', effect: answer(200, { body: '' }), ...transient },
  { of: 'PUT', what: 'a list', effect: answer(200, { body: [] }), ...transient },
  { of: 'GET', what: '503', effect: answer(503), code: 'http-503', ...transient, attempts: 3 },
  { of: 'GET', what: 'a cut connection', effect: { kind: 'cut' }, ...transient, attempts: 3 },
  { of: 'GET', what: 'no answer', effect: { kind: 'hang' }, ...transient, attempts: 3 },
  {
    of: 'GET',
    what: '404 with a page of a proxy',
    effect: { kind: 'html', status: 404 },
    ...transient,
    attempts: 3,
  },
  { of: 'GET', what: 'another server', effect: another(neighbourId), ...transient },
];

describe('the failure table', () => {
  beforeEach(startTen);
  afterEach(closeTen);

  const passOf = ({ of, effect }: Failure) => {
    const request = of === 'GET' ? { servers: [a, b] } : {};
    const isPatient = effect.kind !== 'hang' && effect.kind !== 'huge';
    return () => (isPatient ? world.pass(request) : impatient(request));
  };
  const asked = (method: string) =>
    world.barndoor.requests.filter((one) => one.method === method && one.path.endsWith(b)).length;

  test.each(failures)('$of: $what is $outcome, and is tried again $next', async (failure) => {
    const { of, effect, outcome, code, next, isApplied = false, attempts = 1 } = failure;
    const others = of === 'GET' ? 1 : 9;
    const pass = passOf(failure);
    const end = world.barndoor.misbehave({ method: of, path: /servers\/./, id: b, effect });
    expect(outcomesOf(await pass())).toEqual({ updated: others, [outcome]: 1 });
    expect(await record(b)).toMatchObject({ outcome, ...(code && { reason: { code } }) });
    expect(asked(of)).toBe(attempts);

    switch (next) {
      case 'when it is read again':
        for (let nth = 0; nth < 8; nth += 1) {
          world.clock.advance(6 * hour);
          await world.pass({ servers: [a, b] });
        }
        expect(asked(of)).toBe(1 + 8);
        expect(world.events.filter(({ type }) => type === 'Update Failed')).toMatchObject([
          { server: b, outcome: 'failed', ...(code && { reason: { code } }) },
        ]);
        end();
        expect(outcomesOf(await pass())).toEqual({ inSync: others, failed: 1 });
        break;
      case 'in an hour':
        for (const [nth, hours] of [1, 2, 4, 8, 16, 24, 24].entries()) {
          const { notBefore } = (await record(b))?.stopped ?? {};
          expect(minutesTo(notBefore)).toBe(hours * 60);
          // whole passes and passes of these servers alone in turn
          await world.pass(nth % 2 === 0 ? { servers: [a, b] } : {});
          advanceTo(notBefore, -aMoment);
          await pass();
          expect(asked(of)).toBe((1 + nth) * attempts);
          advanceTo(notBefore);
          await pass();
          expect(asked(of)).toBe((2 + nth) * attempts);
        }
        break;
      case 'at notBefore':
        expect(await record(b)).toMatchObject({ retry: { attempts: 1 } });
        expect(minutesTo((await record(b))?.retry?.notBefore)).toBe(backoffMs(1, 0) / minute);
        if (isApplied) break;
        advanceTo((await record(b))?.retry?.notBefore, -aMoment);
        expect(outcomesOf(await pass())).toEqual({ inSync: others, waiting: 1 });
        expect(asked(of)).toBe(attempts);
        advanceTo((await record(b))?.retry?.notBefore);
        await pass();
        expect(asked(of)).toBe(2 * attempts);
        expect(await record(b)).toMatchObject({ outcome: 'waiting', retry: { attempts: 2 } });
        end();
        advanceTo((await record(b))?.retry?.notBefore, -aMoment);
        await pass();
        expect(asked(of)).toBe(2 * attempts);
        advanceTo((await record(b))?.retry?.notBefore);
        break;
      case 'in the next pass':
        break;
    }
    end();
    if (outcome === 'failed') await world.declare({ id: b, spec: { name: `Newer ${b}` } });
    const last = isApplied ? { inSync: others + 1 } : { inSync: others, updated: 1 };
    expect(outcomesOf(await pass())).toEqual(last);
    expect(world.barndoor.find(b).name).toMatch(outcome === 'failed' ? /^Newer / : /^New /);
    expect(await record(b)).not.toHaveProperty('retry');
  });

  test.each(failures)(
    '$of: $what from every server: counted against the connection: $isCounted',
    async ({ of, effect, outcome, isCounted }) => {
      await world.declareConnection({
        policy,
        budget: { requestsPerMinute: 60_000, concurrency: 5 },
      });
      world.barndoor.misbehave({ method: of, path: /servers\/./, effect });
      const request = of === 'GET' ? { servers: ids } : {};
      const isPatient = effect.kind !== 'hang' && effect.kind !== 'huge';
      const report = await (isPatient ? world.pass(request) : impatient(request));
      const { unreached = 0, ...tried } = outcomesOf(report);
      if (!isCounted) {
        expect(report.state).toBe('ok');
        expect({ unreached, tried }).toEqual({ unreached: 0, tried: { [outcome]: 10 } });
        return;
      }
      expect(report.state).toBe('unreachable');
      if (of === 'GET') {
        // nothing is planned, so that no server has an outcome of this pass
        expect({ unreached, tried }).toEqual({ unreached: 10, tried: {} });
      } else {
        expect(tried).toEqual({ waiting: 10 - unreached });
        expect(report.vendorCalls.put).toBe(10 - unreached);
        expect(unreached).toBeGreaterThan(0);
        expect(unreached).toBeLessThanOrEqual(5);
      }
      // the connection backs off, and then all is well
      expect((await world.pass(request)).vendorCalls).toEqual({ list: 0, get: 0, put: 0 });
    },
  );
});

describe('a 409', () => {
  beforeEach(startTen);
  afterEach(closeTen);

  test('is tried once more at the end of the pass: a name may have been handed on', async () => {
    // a wants b's name, which b gives up in the same pass
    world.barndoor.edit(a, { name: 'First' });
    world.barndoor.edit(b, { name: 'Second' });
    await world.declareConnection({ policy, budget: { requestsPerMinute: 300, concurrency: 1 } });
    await world.declare({ id: a, spec: { name: 'Second' } }, { id: b, spec: { name: 'Third' } });
    expect(outcomesOf(await world.pass())).toEqual({ updated: 10 });
    expect(world.barndoor.find(a).name).toBe('Second');
  });

  test('does not come up along a chain of names: each is sent after the one that frees it', async () => {
    for (const [index, id] of ids.entries()) world.barndoor.edit(id, { name: `N${index}` });
    await world.declare(...ids.map((id, index) => ({ id, spec: { name: `N${index + 1}` } })));
    const report = await world.pass();
    expect(outcomesOf(report)).toEqual({ updated: 10 });
    expect(report.vendorCalls.put).toBe(10);
  });

  test.each([400, 422])(
    'may be a %d at other gateways: tried again, not given up',
    async (status) => {
      world.barndoor.edit(a, { name: 'First' });
      world.barndoor.edit(b, { name: 'Second' });
      await world.declare({ id: a, spec: { name: 'Second' } }, { id: b, spec: { name: 'Third' } });
      // b is down for a while, and so a is refused.
      world.barndoor.misbehave({ method: 'PUT', id: b, effect: answer(503), times: 1 });
      world.barndoor.misbehave({ method: 'PUT', id: a, effect: answer(status), times: 2 });
      expect(outcomesOf(await world.pass())).toEqual({ updated: 8, failed: 1, waiting: 1 });
      world.clock.advance(hour);
      expect(outcomesOf(await world.pass())).toEqual({ inSync: 8, updated: 2 });
      expect(world.barndoor.find(a).name).toBe('Second');
    },
  );

  test('that stays is failed, and the two names are tried again in an hour', async () => {
    world.barndoor.edit(a, { name: 'Taken' });
    await world.declare({ id: a, spec: { name: 'Taken' } }, { id: b, spec: { name: 'taken ' } });
    expect(outcomesOf(await world.pass())).toEqual({ inSync: 1, updated: 8, failed: 1 });
    expect((await world.pass()).vendorCalls.put).toBe(0);
    world.clock.advance(hour);
    expect((await world.pass()).vendorCalls.put).toBe(2);
  });

  test('from two names swapped: both are failed, and tried again after an hour, then after two', async () => {
    await world.pass();
    await world.declare(
      { id: a, spec: { name: `New ${b}` } },
      { id: b, spec: { name: `New ${a}` } },
    );
    const report = await world.pass();
    expect(outcomesOf(report)).toEqual({ failed: 2, inSync: 8 });
    expect(report.vendorCalls.put).toBe(4);
    expect((await world.pass()).vendorCalls.put).toBe(0);
    world.clock.advance(hour);
    expect((await world.pass()).vendorCalls.put).toBe(4);
    // a person frees one of the names
    await world.declare({ id: a, spec: { name: 'In between' } });
    expect(outcomesOf(await world.pass())).toMatchObject({ updated: 1 });
    world.clock.advance(2 * hour);
    expect(outcomesOf(await world.pass())).toEqual({ updated: 1, inSync: 9 });
  });

  test.each([
    ['every ten minutes for eight hours', 49, 10 * minute, 4],
    ['twelve times in twelve hours', 12, 59 * minute, 4],
  ])(
    'is tried after one hour, two and four, however many passes: %s',
    async (_, count, everyMs, rounds) => {
      failPut(answer(409));
      for (let nth = 0; nth < count; nth += 1) {
        if (nth > 0) world.clock.advance(everyMs);
        await world.pass(nth % 2 === 1 ? { servers: [b] } : {});
      }
      // tried once more at the end of each pass
      const sent = putsTo(b);
      expect(sent).toHaveLength(2 * rounds);
      const first = sent.filter((_at, nth) => nth % 2 === 0);
      for (const [nth, at] of first.slice(1).entries()) {
        expect(at - (first[nth] ?? Number.NaN)).toBeGreaterThanOrEqual(2 ** nth * hour);
      }
    },
  );
});

describe('a secret', () => {
  beforeEach(startTen);
  afterEach(closeTen);

  test.each([
    ['that does not exist', undefined, 'secret-missing'],
    ['without the key', JSON.stringify({ other: 'x' }), 'secret-key'],
  ])('%s is failed, and not read again until it changes', async (_, text, code) => {
    const name = `trueup/${connection}/b`;
    if (text) await world.secrets.write(name, text);
    await world.declare({
      id: b,
      spec: { name: 'New b', client_secret: { secret: name, key: 'client_secret' } },
    });
    expect(outcomesOf(await world.pass())).toEqual({ updated: 9, failed: 1 });
    expect(await record(b)).toMatchObject({ outcome: 'failed', reason: { code } });
    expect((await world.pass()).secretsDecrypted).toBe(0);
    await world.secrets.write(name, JSON.stringify({ client_secret: 'now-there' }));
    expect(outcomesOf(await world.pass())).toEqual({ inSync: 9, updated: 1 });
    expect(world.barndoor.find(b).client_secret).toBe('now-there');
  });
});

describe('a transient failure', () => {
  beforeEach(startTen);
  afterEach(closeTen);

  test('gets one attempt for each notBefore, however many passes there are', async () => {
    failPut(answer(503));
    const times = new Set<string>();
    for (let nth = 0; nth < 37; nth += 1) {
      if (nth > 0) world.clock.advance(nth <= 16 ? minute : 8 * minute);
      await world.pass(nth % 2 === 1 ? { servers: [b] } : {});
      times.add((await record(b))?.retry?.notBefore ?? 'none');
    }
    const sent = putsTo(b);
    const due = [...times].map((time) => Date.parse(time));
    // 1, 2, 4, 8, 16, 32 minutes, then every hour
    expect(sent).toHaveLength(8);
    expect(due).toHaveLength(8);
    for (const [nth, at] of sent.slice(1).entries()) {
      expect(at).toBeGreaterThanOrEqual(due[nth] ?? Number.NaN);
      expect(at).toBeLessThan((due[nth] ?? Number.NaN) + 9 * minute);
    }
    expect(world.barndoor.find(a).name).toBe(`New ${a}`);
  });

  test('backs off twice as long each time, up to an hour', async () => {
    failPut(answer(503));
    const waits: number[] = [];
    for (let attempt = 0; attempt < 9; attempt += 1) {
      await world.pass();
      const notBefore = (await record(b))?.retry?.notBefore;
      waits.push(minutesTo(notBefore));
      advanceTo(notBefore, 1);
    }
    expect(waits).toEqual([1, 2, 4, 8, 16, 32, 60, 60, 60]);
  });

  test('is tried at once when the declaration changes', async () => {
    const end = failPut(answer(503));
    await world.pass();
    end();
    await world.declare({ id: b, spec: { name: 'Newer b' } });
    expect(outcomesOf(await world.pass())).toEqual({ inSync: 9, updated: 1 });
  });

  test.each([
    ['seconds', () => ({ retryAfter: 600 })],
    ['a date', () => ({ retryAfter: { at: world.clock.now() + 600_000 } })],
  ])('waits for a Retry-After in %s', async (_, more) => {
    const end = failPut(answer(503, more()));
    await world.pass();
    end();
    world.clock.advance(9 * minute);
    expect((await world.pass()).vendorCalls.put).toBe(0);
    world.clock.advance(minute + 1000);
    expect(outcomesOf(await world.pass())).toEqual({ inSync: 9, updated: 1 });
  });

  test('of a 429 with a Retry-After of a minute is the server’s, of more the connection’s', async () => {
    const end = failPut(answer(429, { retryAfter: 60 }));
    expect(await world.pass()).toMatchObject({ state: 'ok', counts: { waiting: 1 } });
    end();
    world.clock.advance(61_000);
    const endLockout = failPut(answer(429, { retryAfter: 900 }));
    const reason = { code: 'http-429' };
    expect(await world.pass()).toMatchObject({ state: 'unreachable', reason });
    endLockout();
    world.clock.advance(14 * minute);
    const { length } = world.barndoor.requests;
    expect(await world.pass()).toMatchObject({ reason: { code: 'backing-off' } });
    expect(world.barndoor.requests).toHaveLength(length);
    world.clock.advance(minute + 1000);
    expect(outcomesOf(await world.pass())).toEqual({ inSync: 9, updated: 1 });
  });

  test('of a PUT that was applied and whose answer was lost is found in sync', async () => {
    const end = failPut({ kind: 'cut', applied: true });
    expect(outcomesOf(await world.pass())).toEqual({ updated: 9, waiting: 1 });
    end();
    const later = await world.pass();
    expect(outcomesOf(later)).toEqual({ inSync: 10 });
    expect(later.vendorCalls.put).toBe(0);
  });

  test('of an unreadable field whose PUT was lost: it is sent again, even if the declaration goes back', async () => {
    const spec = { name: 'New b', client_id: 'first' };
    await world.declare({ id: b, spec });
    await world.pass();
    const end = failPut({ kind: 'cut', applied: true });
    await world.declare({ id: b, spec: { ...spec, client_id: 'second' } });
    await world.pass();
    expect(world.barndoor.find(b).client_id).toBe('second');
    end();
    await world.declare({ id: b, spec });
    await world.pass();
    expect(world.barndoor.find(b).client_id).toBe('first');
  });
});

describe('a missing server', () => {
  beforeEach(startTen);
  afterEach(closeTen);

  test('is confirmed by one GET, then believed, and updated once the list shows it', async () => {
    world.barndoor.remove(b);
    const first = await world.pass();
    expect(outcomesOf(first)).toEqual({ updated: 9, missing: 1 });
    expect(first.vendorCalls.get).toBe(1);
    const second = await world.pass();
    expect(outcomesOf(second)).toEqual({ inSync: 9, missing: 1 });
    expect(second.vendorCalls).toEqual({ list: 1, get: 0, put: 0 });
    world.barndoor.add({ id: b, name: 'Back', slug: 'back' });
    expect(outcomesOf(await world.pass())).toEqual({ inSync: 9, updated: 1 });
  });

  test('that a list lacks for a moment is asked about, and is not missing', async () => {
    await world.pass();
    world.barndoor.misbehave({ operation: 'list', times: 1, effect: { kind: 'vanish' }, id: b });
    const report = await world.pass();
    expect(report.vendorCalls.get).toBe(1);
    expect(outcomesOf(report)).toEqual({ inSync: 10 });
  });

  test('a list that lacks too many is not believed', async () => {
    const many = serverIds(40);
    for (const id of many.slice(10)) world.barndoor.add({ id, name: `S ${id}`, slug: `s-${id}` });
    await world.declare(...many.map((id) => ({ id, spec: { slug: `s-${id}` } })));
    expect(outcomesOf(await world.pass())).toEqual({ inSync: 40 });
    for (const id of many.slice(0, 11)) world.barndoor.remove(id);
    const report = await world.pass();
    expect(outcomesOf(report)).toEqual({ unreached: 40 });
    expect(report).toMatchObject({ state: 'unreachable', vendorCalls: { get: 0, put: 0 } });
    expect(await record(a)).toMatchObject({ outcome: 'inSync' });
  });
});

describe('the connection', () => {
  beforeEach(startTen);
  afterEach(closeTen);

  test.each([
    ['a redirect', { kind: 'redirect', to: 'https://sso.example/' }, 'redirect', 1],
    ['a page of a proxy', { kind: 'html' }, 'body-html', 3],
    ['404', answer(404), 'http-404', 1],
    ['403', answer(403), 'http-403', 1],
    ['503', answer(503), 'http-503', 3],
    ['a cut', { kind: 'cut' }, 'cut', 3],
    ['no answer', { kind: 'hang' }, 'timeout', 3],
    ['too long an answer', { kind: 'huge', bytes: 100_000 }, 'body-size', 1],
    ['no list', answer(200, { body: { data: 5 } }), 'body', 1],
  ] as readonly (readonly [string, Effect, string, number])[])(
    '%s for its list: unreachable, no server is missing, nothing is sent',
    async (_, effect, code, calls) => {
      const end = world.barndoor.misbehave({ operation: 'list', effect });
      const report = await impatient();
      expect(outcomesOf(report)).toEqual({ unreached: 10 });
      expect(report).toMatchObject({ state: 'unreachable', reason: { code } });
      expect(report.vendorCalls).toEqual({ list: calls, get: 0, put: 0 });
      expect((await world.deps.ledger.read(connection)).servers.size).toBe(0);
      end();
      expect((await impatient()).vendorCalls.list).toBe(0);
      world.clock.advance(minute);
      expect(outcomesOf(await impatient())).toEqual({ updated: 10 });
    },
  );

  test('a Retry-After of its list is waited for', async () => {
    const effect = answer(429, { retryAfter: 1200 });
    const end = world.barndoor.misbehave({ operation: 'list', effect });
    expect((await world.pass()).vendorCalls.list).toBe(1);
    end();
    world.clock.advance(19 * minute);
    expect((await world.pass()).vendorCalls.list).toBe(0);
    world.clock.advance(minute + 1000);
    expect((await world.pass()).state).toBe('ok');
  });

  test('401 after one renewed token ends the pass; its servers keep their outcome', async () => {
    await world.pass();
    await world.declare({ id: a, spec: { name: 'Newest a' } });
    world.barndoor.misbehave({ effect: { kind: 'expired' } });
    const report = await world.pass();
    expect(outcomesOf(report)).toEqual({ unreached: 10 });
    expect(report).toMatchObject({ state: 'unreachable', reason: { code: 'http-401' } });
    expect(report.vendorCalls).toEqual({ list: 2, get: 0, put: 0 });
    expect(report.credentialsDecrypted).toBe(1);
    expect(await record(a)).toMatchObject({ outcome: 'inSync' });
  });

  test('401 to a PUT after one renewed token ends the pass; what was sent is recorded', async () => {
    const budget = { requestsPerMinute: 60_000, concurrency: 1 };
    await world.declareConnection({ policy, budget });
    world.barndoor.misbehave({ method: 'PUT', skip: 3, effect: { kind: 'expired' } });
    const report = await world.pass();
    expect(outcomesOf(report)).toEqual({ updated: 3, unreached: 7 });
    expect(report).toMatchObject({ state: 'unreachable', reason: { code: 'http-401' } });
    expect(report.vendorCalls.put).toBe(5);
  });

  test('has a backoff of its own, and a changed row is tried at once', async () => {
    const end = world.barndoor.misbehave({ effect: answer(403) });
    expect((await world.pass()).state).toBe('unreachable');
    end();
    expect((await world.pass()).vendorCalls.list).toBe(0);
    await world.declareConnection({ policy: { mode: 'correct', limits: { minimum: 20 } } });
    expect(outcomesOf(await world.pass())).toEqual({ updated: 10 });
    expect((await world.pass()).state).toBe('ok');
  });

  test('its backoff goes on doubling over a pass that asks nothing of the vendor', async () => {
    await world.deps.ledger.pause(connection, { id: a, at: new Date().toISOString() });
    world.barndoor.misbehave({ effect: answer(503) });
    const attempts = async () => (await world.deps.lease.read(connection))?.retry?.attempts;
    await world.pass();
    expect(await attempts()).toBe(1);
    world.clock.advance(2 * minute);
    expect((await world.pass({ servers: [a] })).vendorCalls).toEqual({ list: 0, get: 0, put: 0 });
    await world.pass();
    expect(await attempts()).toBe(2);
  });

  test('GETs of which more than half are transient end the pass, and it recovers after its backoff', async () => {
    const end = world.barndoor.misbehave({ operation: 'get', effect: answer(503) });
    const report = await world.pass({ servers: ids });
    expect(report.state).toBe('unreachable');
    expect(outcomesOf(report)).toEqual({ unreached: 10 });
    expect((await world.pass({ servers: ids })).vendorCalls.get).toBe(0);
    end();
    world.clock.advance(minute);
    expect(outcomesOf(await world.pass({ servers: ids }))).toEqual({ updated: 10 });
  });

  test('a row that does not fit is invalid, with its reason, and so are its servers', async () => {
    await world.declareConnection({ baseUrl: 'not a url' });
    const report = await world.pass();
    expect(report.state).toBe('invalid');
    expect(outcomesOf(report)).toEqual({ invalid: 10 });
    expect(report.reason?.message).toContain('/baseUrl');
    expect(report.vendorCalls).toEqual({ list: 0, get: 0, put: 0 });
  });

  test('a server without TLS at an https address is unreachable', async () => {
    const baseUrl = world.barndoor.url.replace('http:', 'https:');
    await world.declareConnection({ baseUrl });
    const report = await world.pass();
    expect(outcomesOf(report)).toEqual({ unreached: 10 });
    expect(report).toMatchObject({ state: 'unreachable', reason: { code: 'tls' } });
  });

  test('a host that the settings do not name gets no request', async () => {
    await world.declareConnection({ baseUrl: world.alloy.url });
    const report = await world.pass();
    expect(report).toMatchObject({ state: 'unreachable', reason: { code: 'host' } });
    expect(world.alloy.requests).toEqual([]);
    const auth = {
      type: 'client-credentials',
      tokenUrl: `${world.alloy.url}/token`,
      client_id: 'x',
      client_secret: { secret: `trueup/${connection}/token` },
    };
    await world.declareConnection({ auth });
    expect(await world.pass()).toMatchObject({ state: 'unreachable', reason: { code: 'host' } });
    expect(world.alloy.requests).toEqual([]);
  });
});

interface Way {
  readonly name: string;
  readonly bring: (vendor: BarndoorSimulator) => unknown;
  /** Calls that its pass makes before it ends, at four requests at a time. */
  readonly list: number;
  readonly put: number;
  readonly code: string;
}

const whole = (effect: Effect) => (vendor: BarndoorSimulator) =>
  vendor.misbehave({ operation: 'list', effect });
const puts = (effect: Effect) => (vendor: BarndoorSimulator) =>
  vendor.misbehave({ method: 'PUT', effect });

/** GETs are repeated twice within an attempt, PUTs are not. Of PUTs five have to fail, while three more are under way. */
const ways: readonly Way[] = [
  { name: 'no route', bring: (vendor) => vendor.close(), list: 3, put: 0, code: 'no-route' },
  ...[500, 502, 503, 504].map((status) => ({
    name: `${status} on its list`,
    bring: whole({ kind: 'status', status }),
    list: 3,
    put: 0,
    code: `http-${status}`,
  })),
  { name: 'its list is cut off', bring: whole({ kind: 'cut' }), list: 3, put: 0, code: 'cut' },
  { name: 'its list hangs', bring: whole({ kind: 'hang' }), list: 3, put: 0, code: 'timeout' },
  {
    name: '429 on its list',
    bring: whole({ kind: 'status', status: 429, retryAfter: 60 }),
    list: 1,
    put: 0,
    code: 'http-429',
  },
  { name: '401', bring: whole({ kind: 'expired' }), list: 2, put: 0, code: 'http-401' },
  {
    name: '503 on every PUT',
    bring: puts({ kind: 'status', status: 503 }),
    list: 1,
    put: 8,
    code: 'http-503',
  },
  {
    name: '429 on every PUT',
    bring: puts({ kind: 'status', status: 429 }),
    list: 1,
    put: 8,
    code: 'http-429',
  },
  { name: 'every PUT is cut off', bring: puts({ kind: 'cut' }), list: 1, put: 8, code: 'cut' },
  { name: 'every PUT hangs', bring: puts({ kind: 'hang' }), list: 1, put: 8, code: 'timeout' },
  {
    name: 'a page of a proxy for every PUT',
    bring: puts({ kind: 'html', status: 502 }),
    list: 1,
    put: 8,
    code: 'http-502',
  },
];

describe('a connection that is down', () => {
  /** How the two others fare where there is no such connection: with something to send, and with nothing. */
  let withoutIt: readonly unknown[];

  beforeAll(async () => {
    const alone = await startTown(false);
    await alone.declare('first');
    await alone.run();
    await alone.declare('second');
    withoutIt = [(await othersOf(alone)).others, (await othersOf(alone)).others];
  });

  test.each(ways)(
    '$name: its pass ends after a handful of calls, its servers keep their outcome, and other connections go on',
    async ({ bring, list, put, code }) => {
      const town = await startTown(true);
      await town.declare('first');
      await town.run();
      await town.declare('second');
      const before = await town.records();
      expect([...before.values()].map(({ outcome }) => outcome)).toEqual(
        townIds.map(() => 'inSync'),
      );

      await bring(town.vendor);
      const { reports, others } = await othersOf(town);
      expect(others).toEqual(withoutIt[0]);
      expect(others.flat(2)).toContain(`PUT /api/servers/${neighbourId}`);
      const report = reports(connection);
      expect(report).toMatchObject({ state: 'unreachable', reason: { code } });
      expect(report.vendorCalls.list).toBe(list);
      expect(report.vendorCalls.put).toBeLessThanOrEqual(put);
      expect(report.vendorCalls.put).toBeGreaterThanOrEqual(Math.min(put, 5));
      expect(report.vendorCalls.get).toBe(0);
      const { unreached = 0, ...tried } = outcomesOf(report);
      expect(Object.values(tried).reduce((sum, count) => sum + count, 0)).toBe(
        report.vendorCalls.put,
      );
      expect(unreached).toBe(townIds.length - report.vendorCalls.put);
      const after = await town.records();
      const changed = townIds.filter((id) => after.get(id)?.rev !== before.get(id)?.rev);
      expect(changed.length).toBe(report.vendorCalls.put);
      for (const id of townIds.filter((one) => !changed.includes(one))) {
        expect(after.get(id)).toEqual(before.get(id));
      }

      // While it backs off it is not called at all, and the others go on.
      town.callsOf(connection);
      const next = await othersOf(town);
      expect(next.others).toEqual(withoutIt[1]);
      expect(next.reports(connection).vendorCalls).toEqual({ list: 0, get: 0, put: 0 });
      expect(town.callsOf(connection).filter((call) => /^(GET|PUT) /.test(call))).toEqual([]);
    },
  );

  test.each([
    [1, 5],
    [4, 8],
    [20, 24],
  ])('at %i requests at a time no more than %i PUTs are sent', async (concurrency, most) => {
    const town = await startTown(true, concurrency);
    await town.declare('first');
    town.vendor.misbehave({ method: 'PUT', effect: { kind: 'status', status: 503 } });
    const report = (await town.run())(connection);
    expect(report.vendorCalls.put).toBeGreaterThanOrEqual(5);
    expect(report.vendorCalls.put).toBeLessThanOrEqual(most);
    expect(outcomesOf(report)).toEqual({
      waiting: report.vendorCalls.put,
      unreached: townIds.length - report.vendorCalls.put,
    });
  });

  test('half of its servers failing is not counted against the connection', async () => {
    const town = await startTown(true, 1);
    await town.declare('first');
    for (const id of townIds.filter((_id, index) => index % 2 === 1)) {
      town.vendor.misbehave({ method: 'PUT', id, effect: { kind: 'status', status: 503 } });
    }
    const report = (await town.run())(connection);
    expect(report.state).toBe('ok');
    expect(outcomesOf(report)).toEqual({ updated: 15, waiting: 15 });
  });
});
