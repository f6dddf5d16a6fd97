import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { Intercept } from '../../lib/local/aws/aws-json.ts';
import type { Effect } from '../../lib/local/gateways/misbehaviour.ts';
import { defaultSettings } from '../../lib/lease/settings.types.ts';
import { reconcile } from '../../lib/pass/reconcile.ts';
import { holdPut } from '../../test/support/held.ts';
import { connection, outcomesOf, serverIds } from '../../test/support/world.ts';
import type { Child } from './child.ts';
import { pause, startProcessWorld, until } from './process-world.ts';
import type { ProcessWorld } from './process-world.ts';

const [a = '', b = '', c = ''] = serverIds(3);
const request = { connection, trigger: 'schedule' } as const;

let world: ProcessWorld;
let dynamodb: Intercept;

beforeEach(async () => {
  dynamodb = () => undefined;
  world = await startProcessWorld(
    { latencyMs: 20 },
    { dynamodb: { intercept: (operation, body) => dynamodb(operation, body) } },
  );
  await world.connect(connection);
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

const record = async (id: string) => (await world.here.ledger.read(connection)).servers.get(id);
const marked = async () => [...(await world.here.ledger.read(connection)).resend.keys()];
const putsOf = (id: string) =>
  world.barndoor.requests.filter(({ method, path }) => method === 'PUT' && path.endsWith(id));
const passHere = async () => {
  await world.untilFree(connection);
  const result = await reconcile(request, world.here);
  if (result.kind !== 'done') throw new Error(result.kind);
  return result;
};
const expectQuiet = async () => {
  const { report } = await passHere();
  expect(outcomesOf(report)).toEqual({ assumed: 1, inSync: 2 });
  expect(report.vendorCalls.put).toBe(0);
};

/** Nobody takes over from them, so a lease that lasts costs nothing, and is not lost on a busy machine. */
const startTwo = () =>
  Promise.all([
    world.start('one', { times: defaultSettings }),
    world.start('two', { times: defaultSettings }),
  ]);

describe('two processes at once', () => {
  test('exactly one calls the vendor, time after time', async () => {
    const children = await startTwo();
    for (let round = 0; round < 10; round += 1) {
      await world.declare({ id: b, spec: { name: `b ${round}` } });
      const before = { ...world.barndoor.counts };
      const results = await Promise.all(children.map((child) => child.pass(request)));
      const done = results.flatMap((result) => (result.kind === 'done' ? [result] : []));
      const passes = done.flatMap(({ report, others }) => [report, ...others]);
      const { list, put } = world.barndoor.counts;
      const own = (call: 'list' | 'put') =>
        passes.reduce((sum, { vendorCalls }) => sum + vendorCalls[call], 0);
      expect([list - before.list, put - before.put]).toEqual([own('list'), own('put')]);
      expect(put - before.put).toBe(round === 0 ? 3 : 1);
      // Started within milliseconds, a pass takes tens of them: the other knocked, or came after the release.
      if (done.length === 1) expect(passes.length).toBeGreaterThan(1);
      expect(world.barndoor.peak()).toBeLessThanOrEqual(4);
    }
  });

  test('what is declared after the holder had read is served by the knock', async () => {
    const [one, two] = await startTwo();
    const release = holdPut(world, b);
    const first = one.pass(request);
    await until(() => putsOf(b).length === 1);
    await world.declare({ id: c, spec: { name: 'Newer c' } });
    expect(await two.pass({ ...request, servers: [c] })).toEqual({ kind: 'knocked' });
    expect(world.barndoor.find(c).name).not.toBe('Newer c');
    release();
    expect(await first).toMatchObject({ kind: 'done', others: [{ scope: 'named', servers: 1 }] });
    expect(world.barndoor.find(c).name).toBe('Newer c');
  });
});

/** Stops it until its lease is over for everybody. */
async function freeze(child: Child): Promise<void> {
  child.signal('SIGSTOP');
  await world.untilFree(connection);
}

const late: readonly (readonly [string, Effect | undefined])[] = [
  ['is answered late', { kind: 'latency', ms: 6000 }],
  ['never is answered', undefined],
];

describe('a process frozen past its lease', () => {
  test.each(late)(
    'while its PUT of an unreadable field %s: found and put right',
    async (_, effect) => {
      const child = await world.start('frozen');
      const hangs = { kind: 'hang', applied: false } as const;
      world.barndoor.misbehave({ method: 'PUT', id: a, times: 1, effect: effect ?? hangs });
      const frozen = child.pass(request);
      await until(() => putsOf(a).length === 1);
      await freeze(child);
      expect(await record(a)).toMatchObject({ intent: { pointers: ['/client_id'] } });

      // Meanwhile the declaration moves on; the next holder knows of the intent and sends it all.
      await world.declare({ id: a, spec: { name: 'New a', client_id: 'client-a-newer' } });
      const { report } = await passHere();
      expect(report.counts.updated).toBeGreaterThan(0);
      expect(world.barndoor.find(a).client_id).toBe('client-a-newer');
      const after = await record(a);
      expect(after).toMatchObject({ outcome: 'assumed' });
      expect(after).not.toHaveProperty('intent');

      if (effect) await until(() => world.barndoor.find(a).client_id === 'client-a');
      child.signal('SIGCONT');
      expect(await frozen).toMatchObject({ kind: 'done', report: { state: 'interrupted' } });
      // It wrote no item, and left word.
      expect(await record(a)).toEqual(after);
      expect(await marked()).toEqual([a]);

      const again = await passHere();
      expect(again.report.vendorCalls.put).toBe(1);
      expect(world.barndoor.find(a).client_id).toBe('client-a-newer');
      expect(await marked()).toEqual([]);
      await expectQuiet();
    },
  );

  test('while its PUT of a readable field is answered late: the next pass sees it', async () => {
    const child = await world.start('frozen');
    world.barndoor.misbehave({
      method: 'PUT',
      id: b,
      times: 1,
      effect: { kind: 'latency', ms: 6000 },
    });
    const frozen = child.pass(request);
    await until(() => putsOf(b).length === 1);
    await freeze(child);
    await world.declare({ id: b, spec: { name: 'Newer b' } });
    await passHere();
    expect(world.barndoor.find(b).name).toBe('Newer b');
    const after = await record(b);
    await until(() => world.barndoor.find(b).name === 'New b');
    child.signal('SIGCONT');
    expect(await frozen).toMatchObject({ report: { state: 'interrupted' } });
    expect(await record(b)).toEqual(after);
    const again = await passHere();
    expect(again.report.vendorCalls.put).toBe(1);
    expect(world.barndoor.find(b).name).toBe('Newer b');
    await expectQuiet();
  });

  test.each([
    ['the intent is written and nothing is sent', 1],
    ['the result is on its way to the ledger', 2],
  ])('when %s', async (_, nth) => {
    const child = await world.start('frozen');
    let writes = 0;
    let isHeldBack = false;
    // Its nth write of the item arrives only after another holder has written it.
    dynamodb = (operation, body) => {
      const key = (body as { Item?: { item?: { S?: string } } }).Item?.item?.S;
      if (operation !== 'PutItem' || key !== `server#${a}` || isHeldBack) return undefined;
      writes += 1;
      if (writes < nth) return undefined;
      isHeldBack = true;
      child.signal('SIGSTOP');
      return nth === 1 ? undefined : { delayMs: 5500 };
    };
    const frozen = child.pass(request);
    await until(() => isHeldBack);
    await world.untilFree(connection);
    await world.declare({ id: a, spec: { name: 'New a', client_id: 'client-a-newer' } });
    await passHere();
    const after = await record(a);
    expect(after).toMatchObject({ outcome: 'assumed' });
    expect(world.barndoor.find(a).client_id).toBe('client-a-newer');
    const puts = putsOf(a).length;
    await pause(nth === 1 ? 0 : 3000);
    child.signal('SIGCONT');
    await frozen;
    expect(await record(a)).toEqual(after);
    expect(putsOf(a)).toHaveLength(puts);
    // Only what was sent and could not be recorded is unknown.
    expect(await marked()).toEqual(nth === 1 ? [] : [a]);
    const again = await passHere();
    expect(again.report.vendorCalls.put).toBe(nth === 1 ? 0 : 1);
    expect(world.barndoor.find(a).client_id).toBe('client-a-newer');
    await expectQuiet();
  });
});
