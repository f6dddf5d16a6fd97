// What a failure of one server leads to: the design's failure table, row by row, through whole passes.
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { backoffMs } from '../../lib/model/backoff.ts';
import { connection, outcomesOf } from '../support/world.ts';
import { answer, failures, type Failure } from './support/failure-table.ts';
import {
  a,
  aMoment,
  advanceTo,
  b,
  closeTen,
  failPut,
  hour,
  ids,
  impatient,
  minute,
  minutesTo,
  policy,
  putsTo,
  record,
  startTen,
  startThree,
  world,
} from './support/ten-servers.ts';
import { atScale } from '../support/sample.ts';

describe('the failure table', () => {
  beforeEach(startThree);
  afterEach(closeTen);

  /** After a failure that nothing but time ends. */
  const hoursBetween = [1, 2, 4, 8, 16, 24, 24].slice(0, atScale(3, 7));
  const passOf = ({ of, effect }: Failure) => {
    const request = of === 'GET' ? { servers: [a, b] } : {};
    const isPatient = effect.kind !== 'hang' && effect.kind !== 'huge';
    return () => (isPatient ? world.pass(request) : impatient(request));
  };
  const asked = (method: string) =>
    world.barndoor.requests.filter((one) => one.method === method && one.path.endsWith(b)).length;

  test.each(failures)('$of: $what is $outcome, and is tried again $next', async (failure) => {
    const { of, effect, outcome, code, next, isApplied = false, attempts = 1 } = failure;
    const others = of === 'GET' ? 1 : 2;
    const pass = passOf(failure);
    const end = world.barndoor.misbehave({ method: of, path: /servers\/./, id: b, effect });
    expect(outcomesOf(await pass())).toEqual({ updated: others, [outcome]: 1 });
    expect(await record(b)).toMatchObject({ outcome, ...(code && { reason: { code } }) });
    expect(asked(of)).toBe(attempts);

    switch (next) {
      case 'when it is read again':
        for (let nth = 0; nth < 3; nth += 1) {
          world.clock.advance(6 * hour);
          await world.pass({ servers: [a, b] });
        }
        expect(asked(of)).toBe(1 + 3);
        expect(world.events.filter(({ type }) => type === 'Update Failed')).toMatchObject([
          { server: b, outcome: 'failed', ...(code && { reason: { code } }) },
        ]);
        end();
        expect(outcomesOf(await pass())).toEqual({ inSync: others, failed: 1 });
        break;
      case 'in an hour':
        for (const [nth, hours] of hoursBetween.entries()) {
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
});

describe('the failure table, of every server', () => {
  beforeEach(startTen);
  afterEach(closeTen);

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
