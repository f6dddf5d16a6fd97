import { afterEach, describe, expect, test } from '@jest/globals';
import type { JsonObject } from '../../lib/core/json.types.ts';
import { Secret } from '../../lib/core/secret.ts';
import type { Effect, MisbehaviourRule } from '../../lib/local/misbehaviour.ts';
import type { RecordedRequest, VendorSimulator } from '../../lib/local/vendor.ts';
import type { HttpClient } from '../../lib/providers/http/client.ts';
import type { Provider, VendorSession } from '../../lib/reconcile/ports/provider.ts';
import type { TestClient, TestInputs, TestServer } from './support.ts';
import {
  allTextOf,
  answer,
  clientFor,
  collect,
  connectionTo,
  sessionInputs,
  startServer,
  vendorErrorOf,
} from './support.ts';

/** What the suite needs of a simulated vendor, whichever it is. */
export type AnySimulator = Pick<
  VendorSimulator<object, never>,
  'url' | 'servers' | 'counts' | 'misbehave' | 'violations' | 'close'
> & { readonly requests: readonly RecordedRequest[] };

export interface Contract {
  readonly name: string;
  readonly create: (http: HttpClient) => Provider;
  /** Starts the vendor with servers `ids`, named `Server <id>`; the first list form is today's. */
  readonly start: (
    ids: readonly string[],
    options: { readonly listForm?: string; readonly tokens?: readonly string[] },
  ) => Promise<AnySimulator>;
  /** List forms, with the calls that 250 servers take. */
  readonly listForms: readonly (readonly [form: string, calls: number])[];
  /** A body that changes more than the name; what it must leave alone stands in `stored`. */
  readonly unreadable: JsonObject;
}

/** A session, with all that one might look at. */
export interface ContractWorld {
  readonly simulator: AnySimulator;
  readonly client: TestClient;
  readonly inputs: TestInputs;
  readonly session: VendorSession;
}

export interface WorldOptions {
  readonly ids?: readonly string[];
  readonly listForm?: string;
  readonly acceptedTokens?: readonly string[];
  readonly tokens?: readonly string[];
  readonly rules?: readonly MisbehaviourRule[];
  readonly timeoutMs?: number;
  readonly maxBytes?: number;
}

/** Runs the suite that every provider keeps, against its simulator over a real connection. */
export function describeProvider(contract: Contract): void {
  const endings: (() => unknown)[] = [];
  afterEach(async () => {
    for (const end of endings.splice(0).toReversed()) await end();
  });

  async function world(options: WorldOptions = {}): Promise<ContractWorld> {
    const { ids = ['a', 'b'], listForm, acceptedTokens, timeoutMs, maxBytes } = options;
    const simulator = await contract.start(ids, {
      ...(listForm !== undefined && { listForm }),
      ...(acceptedTokens && { tokens: acceptedTokens }),
    });
    const client = clientFor(contract.name, [simulator.url], {
      ...(timeoutMs !== undefined && { timeoutMs }),
      ...(maxBytes !== undefined && { maxBytes }),
    });
    endings.push(simulator.close, () => client.close());
    simulator.misbehave(...(options.rules ?? []));
    const inputs = sessionInputs(options.tokens);
    const connection = connectionTo(contract.name, simulator.url);
    return { simulator, client, inputs, session: contract.create(client).open(connection, inputs) };
  }

  const always = (effect: Effect): WorldOptions => ({ rules: [{ effect }] });
  const once = (effect: Effect): WorldOptions => ({ rules: [{ effect, times: 1 }] });
  const renamed: JsonObject = { name: 'Renamed' };
  /** Each call, and how it fails. */
  const calls = {
    list: ({ session }: ContractWorld) => collect(session.list()),
    get: ({ session }: ContractWorld) => session.get('a'),
    put: ({ session }: ContractWorld) => session.put('a', renamed, []),
  };
  const operations = ['list', 'get', 'put'] as const;

  describe('list', () => {
    test.each(contract.listForms)('form %s, 250 servers', async (listForm, expected) => {
      const ids = Array.from({ length: 250 }, (_, at) => `server-${at}`);
      const { session, inputs, simulator } = await world({ ids, listForm });
      const servers = await collect(session.list());
      expect(servers.map(({ id }) => id)).toEqual(ids);
      expect(servers[7]?.fields['name']).toBe('Server server-7');
      expect(inputs.calls).toEqual({ list: expected, get: 0, put: 0 });
      expect(inputs.admitted).toBe(expected);
      expect(simulator.requests).toHaveLength(expected);
      expect(simulator.violations).toEqual([]);
    });

    test.each(contract.listForms)('form %s, no servers', async (listForm) => {
      const { session } = await world({ ids: [], listForm });
      expect(await collect(session.list())).toEqual([]);
    });

    test('a page that fails for good ends it with the error, not with a part', async () => {
      const [form] = contract.listForms.find(([, pages]) => pages > 1) ?? [];
      const ids = Array.from({ length: 250 }, (_, at) => `server-${at}`);
      const { session } = await world({
        ids,
        ...(form !== undefined && { listForm: form }),
        rules: [{ operation: 'list', skip: 1, effect: { kind: 'status', status: 500 } }],
      });
      const error = await vendorErrorOf(collect(session.list()));
      expect(error).toMatchObject({ kind: 'status', operation: 'list', status: 500 });
    });

    test.each<[string, unknown]>([
      ['something else', { message: 'Welcome' }],
      ['an entry that is no server', [{ name: 'no id' }]],
      ['a server', { id: 'a', serverId: 'a', name: 'Server a' }],
    ])('%s in place of the list is an error', async (_what, body) => {
      const made = await world(always({ kind: 'status', status: 200, body }));
      expect(await vendorErrorOf(calls.list(made))).toMatchObject({
        kind: 'body',
        operation: 'list',
        context: { connection: `acme-${contract.name}` },
      });
    });
  });

  describe('get', () => {
    test('gives the server', async () => {
      const { session, inputs } = await world();
      const { id, fields } = await session.get('b');
      expect([id, fields['name']]).toEqual(['b', 'Server b']);
      expect(inputs.calls).toEqual({ list: 0, get: 1, put: 0 });
    });

    test('a server that is not there is a 404', async () => {
      const { session } = await world();
      expect(await vendorErrorOf(session.get('c'))).toMatchObject({
        kind: 'status',
        status: 404,
        operation: 'get',
        message: expect.stringContaining('Server not found'),
        context: { connection: `acme-${contract.name}`, server: 'c' },
      });
    });

    test.each(['a b', 'a?x=1', 'a%2Fb', 'ä', '...', '%2e%2e', 'a&b=c', "o'brien"])(
      'an id like %s reaches its server',
      async (id) => {
        const { session } = await world({ ids: ['a', id] });
        expect((await session.get(id)).id).toBe(id);
        expect((await session.put(id, renamed, [])).fields['name']).toBe('Renamed');
      },
    );

    test.each(['.', '..', '', '\ud800'])(
      'an id that no URL can hold (%j) is not asked for',
      async (id) => {
        const { session, simulator } = await world();
        expect(await vendorErrorOf(session.get(id))).toMatchObject({ kind: 'status', status: 404 });
        expect(await vendorErrorOf(session.put(id, renamed, []))).toMatchObject({ status: 404 });
        expect(simulator.requests).toHaveLength(0);
      },
    );
  });

  describe('put', () => {
    test('changes what it carries and nothing else, and gives the answer', async () => {
      const { session, simulator, inputs } = await world();
      const before = structuredClone(simulator.servers) as JsonObject[];
      const { id, fields } = await session.put('a', renamed, []);
      expect([id, fields['name']]).toEqual(['a', 'Renamed']);
      const [first, second] = simulator.servers as JsonObject[];
      const { updatedAt: _then, ...old } = before[0] as JsonObject;
      const { updatedAt: _now, ...now } = first as JsonObject;
      expect(now).toEqual({ ...old, ...renamed });
      expect(second).toEqual(before[1]);
      expect(simulator.requests[0]?.body).toEqual(renamed);
      expect(inputs.calls).toEqual({ list: 0, get: 0, put: 1 });
    });

    test('carries what cannot be read back, and does not give it', async () => {
      const { session, simulator } = await world();
      const live = await session.put('a', contract.unreadable, []);
      expect(simulator.servers[0]).toMatchObject(contract.unreadable);
      expect(Object.keys(live.fields)).not.toEqual(
        expect.arrayContaining([Object.keys(contract.unreadable)[0]]),
      );
    });

    test('repeated, has the same result', async () => {
      const { session } = await world();
      const first = await session.put('a', renamed, []);
      expect(await session.put('a', renamed, [])).toEqual(first);
    });
  });

  describe.each(operations)('%s', (operation) => {
    const isPut = operation === 'put';

    test('after a 401 goes out once more with a new token', async () => {
      const made = await world({ tokens: ['old', 'new'], acceptedTokens: ['new'] });
      await calls[operation](made);
      expect(made.inputs.renewals).toBe(1);
      expect(made.simulator.requests.map(({ headers }) => headers['authorization'])).toEqual([
        'Bearer old',
        'Bearer new',
      ]);
      expect(made.inputs.calls[operation]).toBe(2);
      expect(made.inputs.admitted).toBe(2);
    });

    test('after a second 401 fails', async () => {
      const made = await world({ tokens: ['old', 'new', 'newer'], acceptedTokens: ['newer'] });
      expect(await vendorErrorOf(calls[operation](made))).toMatchObject({
        kind: 'status',
        status: 401,
        operation,
      });
      expect(made.inputs.renewals).toBe(1);
      expect(made.inputs.calls[operation]).toBe(2);
    });

    test.each<[string, number | { at: number }, number]>([
      ['seconds', 42, 42_000],
      ['a date', { at: Date.now() + 3_600_000 }, 3_600_000],
    ])('429 with Retry-After as %s says for how long', async (_form, retryAfter, ms) => {
      const made = await world(always({ kind: 'status', status: 429, retryAfter }));
      const error = await vendorErrorOf(calls[operation](made));
      expect(error).toMatchObject({ kind: 'status', status: 429, operation });
      expect(error.retryAfterMs).toBeGreaterThan(ms - 60_000);
      expect(error.retryAfterMs).toBeLessThanOrEqual(ms);
      expect(made.inputs.calls[operation]).toBe(1);
      expect(made.client.sleeps).toEqual([]);
    });

    test.each([408, 429, 500, 502, 503])(`%i is ${isPut ? 'not ' : ''}repeated`, async (status) => {
      const made = await world(always({ kind: 'status', status }));
      const error = await vendorErrorOf(calls[operation](made));
      expect(error).toMatchObject({ kind: 'status', status, operation });
      expect(error.message).toContain(`Simulated ${status}`);
      expect(made.inputs.calls[operation]).toBe(isPut ? 1 : 3);
      expect(made.inputs.admitted).toBe(isPut ? 1 : 3);
    });

    test.each([400, 403, 409, 422])('%i is final', async (status) => {
      const made = await world(always({ kind: 'status', status }));
      expect(await vendorErrorOf(calls[operation](made))).toMatchObject({ kind: 'status', status });
      expect(made.inputs.calls[operation]).toBe(1);
    });

    test('that is cut', async () => {
      const made = await world(once({ kind: 'cut' }));
      const result = calls[operation](made);
      if (isPut) {
        expect(await vendorErrorOf(result)).toMatchObject({ kind: 'cut', operation });
        expect(made.simulator.servers[0]).toMatchObject({ name: 'Server a' });
      } else await expect(result).resolves.toBeDefined();
      expect(made.inputs.calls[operation]).toBe(isPut ? 1 : 2);
    });

    test('that gets no answer in time', async () => {
      const made = await world({ ...always({ kind: 'hang' }), timeoutMs: 250 });
      const error = await vendorErrorOf(calls[operation](made));
      expect(error).toMatchObject({ kind: 'timeout', operation });
      expect(made.inputs.calls[operation]).toBe(isPut ? 1 : 3);
    });

    test('that gets HTML', async () => {
      const made = await world(always({ kind: 'html' }));
      expect(await vendorErrorOf(calls[operation](made))).toMatchObject({
        kind: 'body',
        operation,
        message: 'HTTP 200 with an HTML page',
      });
      expect(made.inputs.calls[operation]).toBe(isPut ? 1 : 3);
    });

    test("that gets a proxy's 404 page is not told that there is nothing", async () => {
      const made = await world(always({ kind: 'html', status: 404 }));
      const error = await vendorErrorOf(calls[operation](made));
      expect([error.kind, error.status]).toEqual(['body', undefined]);
    });

    test('that gets more than it can hold', async () => {
      const made = await world({ ...always({ kind: 'huge', bytes: 200_001 }), maxBytes: 200_000 });
      expect(await vendorErrorOf(calls[operation](made))).toMatchObject({
        kind: 'body',
        operation,
        message: 'the answer is larger than 200000 bytes',
      });
      expect(made.inputs.calls[operation]).toBe(1);
    });

    test('that is redirected goes nowhere, and neither do the credentials', async () => {
      const other: TestServer = await startServer((response) => answer(response, 200, {}));
      endings.push(other.close);
      const made = await world(
        always({ kind: 'redirect', to: `${other.url}/api/servers`, status: 307 }),
      );
      expect(await vendorErrorOf(calls[operation](made))).toMatchObject({
        kind: 'redirect',
        operation,
        status: 307,
      });
      expect(made.inputs.calls[operation]).toBe(1);
      expect(other.connections()).toBe(0);
    });

    test('ends with the pass', async () => {
      const abort = new AbortController();
      const { simulator, client } = await world(always({ kind: 'hang' }));
      const inputs = sessionInputs(['t'], abort.signal);
      const connection = connectionTo(contract.name, simulator.url);
      const session = contract.create(client).open(connection, inputs);
      const ended = vendorErrorOf(calls[operation]({ simulator, client, inputs, session }));
      setTimeout(() => abort.abort(), 50);
      expect(await ended).toMatchObject({ kind: 'aborted', operation });
    });

    test('to a host that the settings do not name for this vendor is not sent', async () => {
      const { simulator, inputs } = await world();
      const client = clientFor(contract.name, ['https://elsewhere.example']);
      const connection = connectionTo(contract.name, simulator.url);
      const session = contract.create(client).open(connection, inputs);
      const error = await vendorErrorOf(calls[operation]({ simulator, client, inputs, session }));
      expect(error).toMatchObject({ kind: 'host', operation });
      expect([simulator.requests.length, inputs.admitted]).toEqual([0, 0]);
    });
  });

  describe('a PUT whose answer never came', () => {
    test.each<[string, Effect]>([
      ['cut', { kind: 'cut', applied: true }],
      ['body', { kind: 'html', applied: true }],
      ['status', { kind: 'status', status: 503, applied: true }],
    ])('(%s) may be applied, and is not sent again', async (kind, effect) => {
      const made = await world(once(effect));
      expect((await vendorErrorOf(calls.put(made))).kind).toBe(kind);
      expect(made.simulator.servers[0]).toMatchObject({ name: 'Renamed' });
      expect(made.simulator.counts.put).toBe(1);
    });
  });

  describe.each(['get', 'put'] as const)('a %s answered with', (operation) => {
    test.each<[string, unknown, string]>([
      ['another server', { id: 'b', serverId: 'b', name: 'Server b' }, 'another server'],
      ['a message', { message: 'Updated' }, 'something that is no server'],
      ['null', null, 'something that is no server'],
      ['a list', [{ id: 'a', serverId: 'a' }], 'something that is no server'],
    ])('%s is an error', async (_what, body, what) => {
      const made = await world(always({ kind: 'status', status: 200, body: JSON.stringify(body) }));
      expect(await vendorErrorOf(calls[operation](made))).toMatchObject({
        kind: 'body',
        operation,
        message: `the vendor answered with ${what}`,
        context: { connection: `acme-${contract.name}`, server: 'a' },
      });
    });
  });

  test('requests that meet a 401 together renew the token once', async () => {
    const { session, inputs } = await world({ tokens: ['old', 'new'], acceptedTokens: ['new'] });
    await Promise.all(['a', 'b', 'a', 'b', 'a'].map((id) => session.get(id)));
    expect(inputs.renewals).toBe(1);
  });

  test('and so do those that meet it while the new token is on its way', async () => {
    const { simulator, client } = await world({ acceptedTokens: ['new'] });
    const renewed = Promise.withResolvers<Secret>();
    let renewals = 0;
    let current = new Secret('old');
    const token = async ({ renew }: { renew: boolean }) => {
      if (!renew) return current;
      renewals += 1;
      current = await renewed.promise;
      return current;
    };
    const connection = connectionTo(contract.name, simulator.url);
    const session = contract.create(client).open(connection, { ...sessionInputs(), token });
    const all = Promise.all(['a', 'b', 'a', 'b'].map((id) => session.get(id)));
    setTimeout(() => renewed.resolve(new Secret('new')), 200);
    expect((await all).map(({ id }) => id)).toEqual(['a', 'b', 'a', 'b']);
    expect(renewals).toBe(1);
  });

  describe('no error holds a secret', () => {
    const token = 'eyJcanary-token-1';
    const text = 'canary"secret/+2';
    const echo = `you sent ${token} and ${text} (${encodeURIComponent(text)}, ${btoa(text)})`;
    const body = { client_secret: text };
    const effects: readonly Effect[] = [
      { kind: 'status', status: 400, body: { error: 'bad', message: echo } },
      { kind: 'status', status: 409, body: { error: { code: 'CONFLICT', message: echo } } },
      { kind: 'status', status: 422, body: { detail: [{ loc: ['body', echo], msg: echo }] } },
      { kind: 'status', status: 500, body: { detail: echo } },
      { kind: 'status', status: 502, body: echo },
      { kind: 'status', status: 401, body: { message: echo } },
      { kind: 'status', status: 200, body: echo },
      { kind: 'status', status: 200, body: { echo } },
      { kind: 'redirect', to: `https://u:${token}@evil.example/?${encodeURIComponent(echo)}` },
      {
        kind: 'status',
        status: 404,
        body: `<html>${echo}`,
        headers: { 'content-type': 'text/html' },
      },
      { kind: 'cut' },
      { kind: 'hang' },
      { kind: 'huge', bytes: 300_000 },
    ];
    test.each(effects)('%j', async (effect) => {
      const { session } = await world({
        ...always(effect),
        tokens: [token],
        timeoutMs: 100,
        maxBytes: 200_000,
      });
      for (const call of [
        session.put('a', body, [new Secret(text)]),
        session.get('a'),
        collect(session.list()),
      ]) {
        const shown = allTextOf(await vendorErrorOf(call));
        expect(shown).not.toContain(token);
        expect(shown).not.toContain('Bearer');
      }
      const put = await vendorErrorOf(session.put('a', body, [new Secret(text)]));
      expect(allTextOf(put)).not.toMatch(/canary/);
      expect(put.message.length).toBeLessThanOrEqual(500);
    });
  });
}
