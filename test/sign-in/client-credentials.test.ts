import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { preview } from '../../lib/pass/preview.ts';
import { startWorld, connection, outcomesOf, serverIds } from '../support/world.ts';
import type { TestWorld } from '../support/world.ts';

const second = 1000;
const minute = 60 * second;
const ids = serverIds(10);
const name = `trueup/${connection}/service-account`;

let world: TestWorld;

afterEach(async () => {
  await world.close();
});

async function start(issuer: { expiresIn?: number } = {}) {
  world = await startWorld(
    {},
    {
      sqliteLedger: true,
      issuer: {
        clients: { trueup: 'client-secret-1' },
        audience: 'https://aud.example/',
        ...issuer,
      },
    },
  );
  await world.secrets.write(name, JSON.stringify({ client_secret: 'client-secret-1' }));
  await world.declareConnection({
    budget: { requestsPerMinute: 3000, concurrency: 10 },
    policy: { mode: 'correct', limits: { minimum: 100 } },
    auth: {
      type: 'client-credentials',
      tokenUrl: world.issuer.tokenUrl,
      client_id: 'trueup',
      client_secret: { secret: name, key: 'client_secret' },
      audience: 'https://aud.example/',
    },
  });
  for (const id of ids) world.barndoor.add({ id, name: `Old ${id}`, slug: `s-${id}` });
  await world.declare(...ids.map((id) => ({ id, spec: { name: `New ${id}` } })));
}

/** Token requests, and credentials decrypted, of one pass. */
async function passed(request: Parameters<TestWorld['pass']>[0] = {}) {
  const before = world.issuer.requests.length;
  const report = await world.pass(request);
  return {
    state: report.state,
    exchanges: world.issuer.requests.length - before,
    credentials: report.credentialsDecrypted,
  };
}

describe('a token of five minutes', () => {
  beforeEach(() => start());

  test('is kept across passes until a minute before its end; the client secret is not read again', async () => {
    expect(await passed()).toEqual({ state: 'ok', exchanges: 1, credentials: 1 });
    expect(world.issuer.requests[0]?.form).toEqual({
      grant_type: 'client_credentials',
      client_id: 'trueup',
      client_secret: 'client-secret-1',
      audience: 'https://aud.example/',
    });
    world.clock.advance(3 * minute + 50 * second);
    expect(await passed()).toEqual({ state: 'ok', exchanges: 0, credentials: 0 });
    world.clock.advance(20 * second);
    expect(await passed()).toEqual({ state: 'ok', exchanges: 1, credentials: 0 });
    expect(await passed()).toEqual({ state: 'ok', exchanges: 0, credentials: 0 });
  });

  test('that is refused is renewed once, also if ten requests meet the 401 at the same time', async () => {
    await world.pass();
    world.issuer.revoke();
    expect(await passed({ servers: ids })).toEqual({ state: 'ok', exchanges: 1, credentials: 1 });
    world.barndoor.misbehave({ effect: { kind: 'expired' } });
    expect(await passed()).toEqual({ state: 'unreachable', exchanges: 1, credentials: 1 });
  });

  test('under a client secret that was rotated: read again, once', async () => {
    await world.pass();
    world.issuer.clients.set('trueup', 'client-secret-2');
    await world.secrets.write(name, JSON.stringify({ client_secret: 'client-secret-2' }));
    world.clock.advance(5 * minute);
    expect(await passed()).toEqual({ state: 'ok', exchanges: 2, credentials: 1 });
    world.clock.advance(5 * minute);
    expect(await passed()).toEqual({ state: 'ok', exchanges: 1, credentials: 0 });
  });

  test('under a client secret that is wrong: the connection is unreachable, with a backoff', async () => {
    world.issuer.clients.set('trueup', 'another');
    const report = await world.pass();
    expect(outcomesOf(report)).toEqual({ unreached: 10 });
    expect(report).toMatchObject({ state: 'unreachable', reason: { code: 'token' } });
    expect(report.vendorCalls).toEqual({ list: 0, get: 0, put: 0 });
    expect(await passed()).toEqual({ state: 'unreachable', exchanges: 0, credentials: 0 });
    world.issuer.clients.set('trueup', 'client-secret-1');
    world.clock.advance(minute);
    expect(await passed()).toEqual({ state: 'ok', exchanges: 1, credentials: 1 });
  });

  test.each([403, 429, 503])('whose endpoint answers %i: unreachable', async (status) => {
    const end = world.issuer.misbehave({ effect: { kind: 'status', status } });
    const report = await world.pass();
    expect(outcomesOf(report)).toEqual({ unreached: 10 });
    expect(report).toMatchObject({ state: 'unreachable', vendorCalls: { list: 0 } });
    end();
    world.clock.advance(minute);
    expect((await world.pass()).state).toBe('ok');
  });

  test('is got for a plan too: that uses nothing up', async () => {
    const { plan } = await preview({ connection, trigger: 'cli' }, world.deps);
    expect(plan.counts.updated).toBe(10);
    expect(world.issuer.requests).toHaveLength(1);
  });
});

test.each([60, 30, 5])(
  'a token of %i seconds serves for more than one request',
  async (expiresIn) => {
    await start({ expiresIn });
    expect(await passed()).toEqual({ state: 'ok', exchanges: 1, credentials: 1 });
    expect(world.barndoor.counts).toEqual({ list: 1, get: 0, put: 10 });
    world.clock.advance(expiresIn * second);
    expect(await passed()).toEqual({ state: 'ok', exchanges: 1, credentials: 0 });
  },
);
