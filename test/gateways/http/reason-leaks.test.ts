import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { renderPlanJson } from '../../../lib/plan/text/render-json.ts';
import { renderPlan } from '../../../lib/plan/text/render-text.ts';
import type { Intercept } from '../../../lib/local/aws/aws-json.ts';
import type { Effect, SimulatedOperation } from '../../../lib/local/gateways/misbehaviour.ts';
import type { Dependencies } from '../../../lib/pass/dependencies.types.ts';
import { eachLimited } from '../../../lib/pass/limited.ts';
import { preview } from '../../../lib/pass/preview.ts';
import { reconcile } from '../../../lib/pass/reconcile.ts';
import {
  canariesOf,
  core,
  found,
  ledgerItems,
  printed,
  spellings,
} from '../../support/canaries.ts';
import { anotherProcess } from '../../support/another-process.ts';
import { alloyConnection, connection, serverIds, startWorld } from '../../support/world.ts';
import type { TestWorld } from '../../support/world.ts';
import { isWhole, sampled } from '../../support/sample.ts';

const hour = 3_600_000;
const bearer = `b/+=~${core}=`;
const clientSecret = `c "${core}" /&+é`;
const nameOf = (id: string) => `trueup/${connection}/${id}`;

let world: TestWorld;
let deps: Dependencies;
let intercept: Intercept;
/** Everything that came back: reports, plans, errors. */
let told: unknown[];
let count = 0;

beforeEach(async () => {
  told = [];
  intercept = () => undefined;
  world = await startWorld(
    { tokens: [bearer], readMeta: true },
    {
      issuer: { clients: { machine: clientSecret, person: undefined }, expiresIn: 10_000_000 },
      secretsManager: { intercept: (...call) => intercept(...call) },
      ssm: { intercept: (...call) => intercept(...call) },
      alloy: { tokens: [bearer] },
    },
  );
  await world.secrets.write(nameOf('token'), bearer);
  await world.secrets.write(`trueup/${alloyConnection}/token`, `${bearer}\n`);
  await world.secrets.write(nameOf('machine'), JSON.stringify({ client_secret: clientSecret }));
  const refreshToken = world.issuer.issueRefreshToken('person');
  await world.secrets.write(nameOf('person'), JSON.stringify({ refresh_token: refreshToken }));
  deps = anotherProcess(world);
});

afterEach(async () => {
  await world.close();
});

const secretOf = (id: string) => `s "${id}"\\of/${count} ${core}+&é<>`;

/** New names and secrets for all servers, so that each pass has something to send; and no backoff is left. */
async function stir(ids: readonly string[]) {
  count += 1;
  world.clock.advance(3 * hour);
  const server = (id: string) => ({
    id,
    spec: { name: `Name ${count} ${id}`, client_secret: { secret: nameOf(id) } },
  });
  await eachLimited(ids, 8, (id) => world.secrets.write(nameOf(id), secretOf(id)));
  await world.declare(...ids.map(server));
}

async function start(ids: readonly string[], row: Record<string, unknown> = {}) {
  await prepare(ids, row);
  await go();
}

/** All that `start` does but its plan and its pass. */
async function prepare(ids: readonly string[], row: Record<string, unknown> = {}) {
  await world.declareConnection({
    policy: { mode: 'correct', limits: { minimum: 1000 } },
    ...row,
  });
  for (const id of ids) world.barndoor.add({ id, name: `Old ${id}`, slug: `s-${id}` });
  await stir(ids);
}

/** A plan and a pass, whatever comes of them. */
async function go(request: { connection?: string; servers?: string[] } = {}) {
  const asked = { connection, trigger: 'schedule' as const, ...request };
  const planned = await preview(asked, deps).catch((error: unknown) => error as Error);
  told.push(planned);
  if (!(planned instanceof Error)) {
    told.push(renderPlan(planned.plan), renderPlanJson(planned.plan));
  }
  told.push(await reconcile(asked, deps).catch((error: unknown) => error));
}

async function leaks(): Promise<string[]> {
  const all = [told, world.log.lines, world.events, world.eventBridge.events];
  return found(printed([...all, await ledgerItems(world)]), canariesOf(world));
}

const auths = (): Record<string, object> => ({
  bearer: { type: 'bearer', token: { secret: nameOf('token') } },
  'client-credentials': {
    type: 'client-credentials',
    tokenUrl: world.issuer.tokenUrl,
    client_id: 'machine',
    client_secret: { secret: nameOf('machine'), key: 'client_secret' },
  },
  'refresh-token': {
    type: 'refresh-token',
    tokenUrl: world.issuer.tokenUrl,
    client_id: 'person',
    refresh_token: { secret: nameOf('person') },
  },
});

/** As much of a text as a host may have; its address is in small letters then. */
const hostOf = (echo: string) => echo.replaceAll(/[^\w-]/g, '');

/** A vendor's reason in all forms in which one may come. */
const bodies = (text: string): unknown[] => [
  { error: 'bad', message: text },
  { error: { code: text, message: text, details: [text] } },
  { detail: text },
  { detail: [{ loc: ['body', text], msg: text, type: text, input: text }] },
  { error: 'invalid_request', error_description: text },
  text,
  JSON.stringify(text),
  `<html><body>${text}</body></html>`,
  { message: `${text} `.repeat(60) },
];

test('the check finds what leaks, however it is spelled', () => {
  for (const [name, spell] of Object.entries(spellings)) {
    const secret = secretOf('x');
    world.log.warn('oops', { deep: { down: [`left ${spell(secret)} right`] } });
    expect([name, found(printed(world.log.lines), [core])]).not.toEqual([name, []]);
    world.log.lines.length = 0;
  }
  const hidden = Object.defineProperty(new Error('x'), 'request', { value: { bearer } });
  expect(found(printed(hidden), [core])).not.toEqual([]);
  expect(found(printed(new Error('x', { cause: { bearer } })), [core])).not.toEqual([]);
});

test('the check sees a canary in a row of the ledger, and in an event', async () => {
  await start(serverIds(1));
  expect(await leaks()).toEqual([]);
  const at = new Date().toISOString();
  const fields = [
    {
      pointer: '/x',
      cause: 'drift',
      before: { kind: 'absent' },
      after: { kind: 'value', value: bearer },
    },
  ] as const;
  const change = {
    kind: 'change',
    server: 'x',
    at,
    pass: 'p',
    trigger: 'schedule',
    fields,
  } as const;
  await deps.ledger.record(connection, change);
  expect(found(printed(await ledgerItems(world)), [core])).not.toEqual([]);
  await deps.announcer.announce([{ type: 'Server Updated', connection, change }]);
  expect(found(printed(world.eventBridge.events), [core])).not.toEqual([]);
});

describe.each(['bearer', 'client-credentials', 'refresh-token'])(
  'nothing leaks with %s',
  (type) => {
    const [a = ''] = serverIds(1);

    /** What the next request of an operation will carry. */
    function carried(operation: SimulatedOperation): string {
      const [{ secret, access } = {}] = deps.credentials.values();
      const token = (access?.token ?? secret)?.reveal() ?? '';
      if (operation === 'put') return `${secretOf(a)} Authorization: Bearer ${token}`;
      if (operation !== 'token') return `Authorization: Bearer ${token}`;
      return type === 'refresh-token' ? ([...canariesOf(world)].at(-1) ?? '') : clientSecret;
    }

    const effectsOf = (echo: string): readonly Effect[] => [
      { kind: 'latency', ms: 10 },
      ...[401, 403, 404, 409, 429, 500].map((status): Effect => ({
        kind: 'status',
        status,
        body: { error: 'bad', message: echo },
        headers: {
          'x-echo': encodeURIComponent(echo),
          'retry-after': encodeURIComponent(echo),
          'www-authenticate': `Bearer error="${encodeURIComponent(echo)}"`,
        },
      })),
      ...[
        `https://${hostOf(echo)}/`,
        `//${hostOf(echo)}.example`,
        `/${encodeURIComponent(echo)}`,
      ].map((location): Effect => ({ kind: 'status', status: 302, headers: { location } })),
      { kind: 'status', status: 200, headers: { 'content-encoding': encodeURIComponent(echo) } },
      { kind: 'status', status: 200, body: { error: { code: echo, message: echo } } },
      { kind: 'cut', applied: true },
      { kind: 'html', status: 404 },
      { kind: 'huge', bytes: 100_000 },
      {
        kind: 'redirect',
        to: `https://u:${encodeURIComponent(echo)}@sso.example/?t=${encodeURIComponent(echo)}`,
      },
      { kind: 'hang' },
      { kind: 'expired' },
      { kind: 'stale', applied: false },
      { kind: 'normalise', stored: false, change: (one) => ({ ...one, name: echo }) },
      { kind: 'delayed', reads: 2 },
      { kind: 'vanish' },
      { kind: 'shift', how: 'repeat' },
      { kind: 'mask', field: 'client_secret', value: echo },
    ];

    test('whatever goes wrong', async () => {
      await start([a], { auth: auths()[type] });
      // what is wrong at the vendor is the same for all, but for the token that it repeats
      const operations: SimulatedOperation[] =
        type === 'bearer' ? ['list', 'get', 'put'] : ['token'];
      // Each second effect, others with each kind of credentials.
      const from = Object.keys(auths()).indexOf(type) % 2;
      const effects = [...effectsOf('').entries()].slice(isWhole ? 0 : from);
      for (const [index, { kind }] of sampled(effects, 2)) {
        const more: SimulatedOperation[] = type === 'bearer' || kind !== 'status' ? [] : ['put'];
        const all = [...operations, ...more];
        // Each operation in turn.
        const some = isWhole ? all : all.slice((index >> 1) % all.length).slice(0, 1);
        for (const operation of some) {
          await stir([a]);
          const effect = effectsOf(carried(operation))[index] as Effect;
          const at = operation === 'token' ? world.issuer : world.barndoor;
          if (operation === 'token') deps.credentials.clear();
          const end = at.misbehave({ operation, effect });
          await go(operation === 'get' ? { servers: [a] } : {});
          end();
        }
      }
      expect(await leaks()).toEqual([]);
      expect(told.length).toBeGreaterThan(isWhole ? 100 : 30);
    });
  },
);

describe('a vendor that echoes what it was sent', () => {
  const [a = '', ...ids] = serverIds(100);
  const echoes = Object.values(spellings).flatMap((spell) =>
    bodies('').map((_, form) => (text: string) => bodies(spell(text))[form]),
  );

  test('in the answer to a PUT', async () => {
    await prepare(ids);
    for (const [index, id] of ids.entries()) {
      const status = [400, 403, 422][index % 3] as number;
      const body = echoes[index]?.(`${secretOf(id)} Authorization: Bearer ${bearer}`);
      world.barndoor.misbehave({ method: 'PUT', id, effect: { kind: 'status', status, body } });
    }
    await go();
    expect(told.at(-1)).toMatchObject({ report: { counts: { failed: ids.length } } });
    expect(await leaks()).toEqual([]);
  });

  test('in the answer to a list', async () => {
    await start([a]);
    // each spelling in another form
    for (const echo of echoes.filter((_, index) => index % 10 === 0)) {
      const body = echo(`Authorization: Bearer ${bearer}`);
      const effect = { kind: 'status', status: 400, body } as const;
      const end = world.barndoor.misbehave({ operation: 'list', effect });
      world.clock.advance(3 * hour);
      await go();
      end();
    }
    expect(told.filter((one) => one instanceof Error).length).toBe(10);
    expect(await leaks()).toEqual([]);
  });
});

test('an accessUrl is shown nowhere, not even if the vendor does', async () => {
  await world.declareAlloyConnection({ policy: { mode: 'correct', limits: { minimum: 1000 } } });
  const ids = ['whole', 'token', 'restrictions', 'fine'];
  const urls = ids.map((id) => `https://mcp.runalloy.com/mcp/${id}/${core}?token=t-${core}-${id}`);
  for (const [index, serverId] of ids.entries()) {
    world.alloy.add({ serverId, name: `Old ${serverId}`, accessUrl: urls[index] ?? '' });
    await world.declareAtAlloy({ id: serverId, spec: { name: `New ${serverId}` } });
  }
  const refuse = (id: string, message: string) => {
    const body = { error: { code: 'INVALID_REQUEST', message } };
    world.alloy.misbehave({ method: 'PUT', id, effect: { kind: 'status', status: 400, body } });
  };
  refuse('whole', `cannot change ${urls[0]}`);
  refuse(
    'token',
    `cannot change the server of ${encodeURIComponent(urls[1]?.split('=')[1] ?? '')}`,
  );
  await go({ connection: alloyConnection });
  await go({ connection: alloyConnection, servers: ids });
  expect(told.at(-1)).toMatchObject({ report: { counts: { failed: 2, inSync: 2 } } });
  expect(await leaks()).toEqual([]);
});

/** A pass in which one server's PUT is answered with `message`. */
async function refusePut(where: 'barndoor' | 'alloy', id: string, message: string) {
  const body = { error: { code: 'CONFLICT', message } };
  const end = world[where].misbehave({
    method: 'PUT',
    id,
    effect: { kind: 'status', status: 409, body },
  });
  await go(where === 'alloy' ? { connection: alloyConnection } : {});
  end();
}

test('what a gateway repeats of another server is shown nowhere', async () => {
  const [a = '', b = ''] = serverIds(2);
  await start([a, b]);
  await stir([a, b]);
  await refusePut('barndoor', a, `${secretOf(b)} is that of another`);
  expect(told.at(-1)).toMatchObject({ report: { counts: { failed: 1 } } });
  expect(await leaks()).toEqual([]);
});

test('what a gateway repeats of a token that was used in a pass before is shown nowhere', async () => {
  const [a = ''] = serverIds(1);
  await start([a], { auth: auths()['client-credentials'] });
  const token = () => [...deps.credentials.values()][0]?.access?.token.reveal() ?? '';
  const before = token();
  const end = world.barndoor.misbehave({ operation: 'list', effect: { kind: 'expired' } });
  await stir([a]);
  await go();
  end();
  expect(token()).not.toBe(before);
  await stir([a]);
  await refusePut('barndoor', a, `no longer ${before.toUpperCase()}`);
  expect(told.at(-1)).toMatchObject({ report: { counts: { failed: 1 } } });
  expect(await leaks()).toEqual([]);
});

test.each([
  ['another server’s', `mcp/${core}-of-b`, (token: string) => token],
  ['that repeats itself', 'a'.repeat(5_000), () => 'a'.repeat(16_384)],
  ['a long one', `${core}-`.repeat(250), (token: string) => token.slice(900, 1_000).toLowerCase()],
])('an accessUrl: %s', async (_what, token, echo) => {
  await world.declareAlloyConnection({ policy: { mode: 'correct', limits: { minimum: 1000 } } });
  for (const serverId of ['a', 'b']) {
    const accessUrl = `https://mcp.runalloy.com/${serverId === 'b' ? token : 'mcp/a'}`;
    world.alloy.add({ serverId, name: `Old ${serverId}`, accessUrl });
    await world.declareAtAlloy({ id: serverId, spec: { name: `New ${serverId}` } });
  }
  await refusePut('alloy', 'a', echo(token));
  const [report] = told.slice(-1);
  expect(report).toMatchObject({ report: { counts: { failed: 1 } } });
  const left = 'HTTP 409 (CONFLICT): its reason is not shown: it contains a part of a secret';
  expect(printed(await ledgerItems(world))).toContain(left);
  expect(printed([told, await ledgerItems(world), world.log.lines])).not.toContain('aaaaaaaaaaaa');
  expect(await leaks()).toEqual([]);
});

test('no text of a gateway is longer than 500 characters anywhere', async () => {
  const [a = ''] = serverIds(1);
  await start([a]);
  await stir([a]);
  await refusePut('barndoor', a, 'no '.repeat(5_000));
  const said = [told, world.log.lines, world.events, world.eventBridge.events];
  const all = printed([...said, await ledgerItems(world)]);
  expect(all).toContain('no '.repeat(100));
  expect(all).not.toContain('no '.repeat(167));
  expect(all.replaceAll(/\s/g, '')).not.toContain('no'.repeat(251));
});

test('a secret store that echoes what it holds', async () => {
  const [a = '', b = ''] = serverIds(2);
  await start([a, b]);
  const operations = ['BatchGetSecretValue', 'ListSecrets', 'DescribeSecret', 'GetSecretValue'];
  for (const operation of operations) {
    const message = `cannot: ${secretOf(a)} ${bearer}`;
    const answers = [
      { status: 400, body: { __type: 'InvalidParameterException', message } },
      { status: 200, body: { SecretList: message, Errors: message, SecretString: { message } } },
      { status: 200, body: { SecretValues: [{ Name: nameOf(a), SecretString: [message] }] } },
      {
        status: 200,
        body: { Errors: [{ SecretId: nameOf(a), ErrorCode: 'X', Message: message }] },
      },
    ];
    for (const answer of answers) {
      await stir([a, b]);
      deps = anotherProcess(world);
      intercept = (called) => (called === operation ? answer : undefined);
      await go(operation === 'DescribeSecret' ? { servers: [a] } : {});
      intercept = () => undefined;
    }
  }
  expect(await leaks()).toEqual([]);
});
