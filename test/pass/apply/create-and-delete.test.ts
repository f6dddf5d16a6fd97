import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { InterruptedError } from '../../../lib/lease/interruption.ts';
import type { LifecycleEvent } from '../../../lib/lifecycle/protocol.ts';
import type { ContextForgeSimulator } from '../../../lib/local/gateways/contextforge/simulator.ts';
import { StoreError } from '../../../lib/model/errors/store-error.ts';
import { approve } from '../../../lib/pass/approve.ts';
import { reconcile } from '../../../lib/pass/reconcile.ts';
import { anotherProcess } from '../../support/another-process.ts';
import { outcomesOf, startWorld } from '../../support/world.ts';
import type { TestWorld } from '../../support/world.ts';

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
  await declare();
});

afterEach(() => world.close());

const declare = (more: object = {}) => world.desired.put(connection, 'new#jira', { spec, ...more });
const label = async () => (await deps.ledger.labels(connection)).get('jira');
const count = (method: string) => gateway.requests.filter((one) => one.method === method).length;
const types = () =>
  world.events.map(({ type }) => type).filter((type) => type.startsWith('Server'));

async function pass(by = deps) {
  const result = await reconcile({ connection, trigger: 'schedule' }, by);
  if (result.kind !== 'done') throw new Error(result.kind);
  return result.report;
}

/** A created server that is approved to be deleted. */
async function approved(): Promise<void> {
  await pass();
  await declare({ state: 'absent' });
  const { held } = await pass();
  await approve(connection, held ?? '', deps, 'kim');
  world.events.length = 0;
}

type Ledger = TestWorld['deps']['ledger'];

const withLedger = (more: Partial<Ledger>) => ({ ...deps, ledger: { ...deps.ledger, ...more } });
const away = () => Promise.reject(new StoreError('store-unreachable', 'away'));

/** A process whose writes to a label come to this for one kind of event. */
const at = (kind: LifecycleEvent['kind'], result: () => ReturnType<Ledger['advance']>) =>
  withLedger({
    advance: (...inputs) => (inputs[2].kind === kind ? result() : deps.ledger.advance(...inputs)),
  });
const lost = async () => ({ ok: false, why: 'lost' }) as const;

describe('a create request is reported as it ended', () => {
  test.each([
    ['cannot be recorded', away],
    ['is of a label that another process has meanwhile', lost],
  ])('though its answer %s', async (_, result) => {
    const report = await pass(at('answered', result));
    expect(outcomesOf(report)).toEqual({ unsure: 1 });
    expect(report).toMatchObject({ servers: 1, details: [{ reason: { code: 'not-bound' } }] });
    expect(report.details[0]?.reason?.message).toContain(gateway.servers[0]?.id);
    expect(types()).toEqual(['Server Unsure']);
    world.clock.advance(settled);
    await pass();
    expect(await label()).toMatchObject({ binding: { id: gateway.servers[0]?.id } });
    expect(outcomesOf(await pass())).toEqual({ inSync: 1 });
    expect(count('POST')).toBe(1);
  });

  test('though it cannot be recorded that its result is not known', async () => {
    gateway.misbehave({ operation: 'create', times: 1, effect: { kind: 'cut', applied: true } });
    const report = await pass(at('unknown', away));
    expect(report.details).toMatchObject([{ outcome: 'unsure', reason: { code: 'cut' } }]);
    expect(types()).toEqual(['Server Unsure']);
  });

  test('though the record of the new server cannot be written', async () => {
    const interrupted = () => Promise.reject(new InterruptedError('lease-lost', 'too late'));
    const report = await pass(withLedger({ writeServer: interrupted }));
    expect(outcomesOf(report)).toEqual({ created: 1 });
    expect(report).toMatchObject({ servers: 1, state: 'interrupted' });
    expect(types()).toEqual(['Server Created']);
    expect(outcomesOf(await pass())).toEqual({ inSync: 1 });
    expect(count('POST')).toBe(1);
  });

  test('as failed where nothing was sent', async () => {
    const report = await pass(at('reserve', away));
    expect(report.details).toMatchObject([
      { outcome: 'failed', reason: { code: 'store-unreachable' } },
    ]);
    expect(count('POST')).toBe(0);
    const late = await pass(
      withLedger({ record: () => Promise.reject(new InterruptedError('lease-lost', 'too late')) }),
    );
    expect(outcomesOf(late)).toEqual({ unreached: 1 });
  });
});

describe('a request to delete is reported as it ended', () => {
  test('though it cannot be recorded that the server is gone', async () => {
    await approved();
    expect(outcomesOf(await pass(at('gone', away)))).toEqual({ deleted: 1 });
    expect(types()).toEqual(['Server Deleted']);
    expect(outcomesOf(await pass())).toEqual({ unsure: 1 });
    world.clock.advance(settled);
    await pass();
    expect(outcomesOf(await pass())).toEqual({ inSync: 1 });
    expect(count('DELETE')).toBe(1);
  });

  test('though the lease has ended since', async () => {
    await approved();
    const forgetServer = () => Promise.reject(new InterruptedError('lease-lost', 'too late'));
    const report = await pass(withLedger({ forgetServer }));
    expect(outcomesOf(report)).toEqual({ deleted: 1 });
    expect(report.state).toBe('interrupted');
    expect(outcomesOf(await pass())).toEqual({ inSync: 1 });
  });

  test('as waiting where another process wrote to its label, so that it was not sent', async () => {
    await approved();
    const report = await pass(at('remove', lost));
    expect(report.details).toMatchObject([
      { outcome: 'waiting', label: 'jira', reason: { code: 'label-taken' } },
    ]);
    expect(count('DELETE')).toBe(0);
    expect(outcomesOf(await pass())).toEqual({ deleted: 1 });
  });
});

describe('a deletion that the gateway confirms', () => {
  test('is not believed while the gateway shows the server, and sent again once that is settled', async () => {
    await approved();
    const effect = { kind: 'status', status: 200, body: { status: 'success' } } as const;
    gateway.misbehave({ operation: 'delete', times: 1, effect });
    const report = await pass();
    expect(report.details).toMatchObject([{ outcome: 'unsure', reason: { code: 'not-deleted' } }]);
    expect(types()).toEqual(['Server Unsure']);
    expect(await label()).toMatchObject({ binding: { removal: expect.anything() } });
    world.clock.advance(settled);
    await pass();
    expect(outcomesOf(await pass())).toEqual({ deleted: 1 });
    expect(gateway.servers).toEqual([]);
  });

  test.each([403, 503])(
    'is believed if the gateway answers the read after it with %i',
    async (status) => {
      await approved();
      const effect = { kind: 'status', status } as const;
      gateway.misbehave({ operation: 'get', skip: 1, effect });
      expect(outcomesOf(await pass())).toEqual({ deleted: 1 });
      expect(await label()).toBeUndefined();
      expect(outcomesOf(await pass())).toEqual({ inSync: 1 });
    },
  );
});
