import { describe, expect, test } from '@jest/globals';
import type { Effect } from '../../lib/local/gateways/misbehaviour.ts';
import type { ContractSuite } from './contract-world.ts';
import { always, calls, once } from './contract-world.ts';
import type { TestServer } from './support.ts';
import {
  answer,
  clientFor,
  connectionTo,
  sessionInputs,
  startServer,
  vendorErrorOf,
} from './support.ts';

const operations = ['list', 'get', 'put'] as const;

/** What becomes of each call when the vendor, or something before it, misbehaves. */
export function describeFailures({ contract, world, atEnd }: ContractSuite): void {
  const { nameKey = 'name' } = contract;

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
      const { upstreamStatuses = [] } = contract.create(made.client);
      const kind = isPut && upstreamStatuses.includes(status) ? 'upstream' : 'status';
      expect(error).toMatchObject({ kind, status, operation });
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
        expect(made.simulator.servers[0]).toMatchObject({ [nameKey]: 'Server a' });
      } else await expect(result).resolves.toBeDefined();
      expect(made.inputs.calls[operation]).toBe(isPut ? 1 : 2);
    });

    test('that gets no answer in time', async () => {
      const made = await world({ ...always({ kind: 'hang' }), timeoutMs: 250 });
      const error = await vendorErrorOf(calls[operation](made));
      expect(error).toMatchObject({ kind: 'timeout', operation });
      expect(made.inputs.calls[operation]).toBe(1);
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
      atEnd(other.close);
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
      const made = await world(always({ kind: 'hang' }));
      const { simulator, client } = made;
      const inputs = sessionInputs(['t'], abort.signal);
      const connection = connectionTo(contract.name, simulator.url);
      const session = contract.create(client).open(connection, inputs);
      const ended = vendorErrorOf(calls[operation]({ ...made, client, session }));
      setTimeout(() => abort.abort(), 50);
      expect(await ended).toMatchObject({ kind: 'aborted', operation });
    });

    test('to a host that the settings do not name for this vendor is not sent', async () => {
      const made = await world();
      const { simulator, inputs } = made;
      const client = clientFor(contract.name, ['https://elsewhere.example']);
      const connection = connectionTo(contract.name, simulator.url);
      const session = contract.create(client).open(connection, inputs);
      const error = await vendorErrorOf(calls[operation]({ ...made, client, session }));
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
      expect(made.simulator.servers[0]).toMatchObject({ [nameKey]: 'Renamed' });
      expect(made.simulator.counts.put).toBe(1);
    });
  });

  describe.each(['get', 'put'] as const)('a %s answered with', (operation) => {
    test.each<[string, unknown, string]>([
      [
        'another server',
        { id: 'b', serverId: 'b', server_id: 'b', name: 'Server b' },
        'another server',
      ],
      ['a message', { message: 'Updated' }, 'something that is not a server'],
      ['null', null, 'something that is not a server'],
      ['a list', [{ id: 'a', serverId: 'a' }], 'something that is not a server'],
    ])('%s is an error', async (_what, body, what) => {
      const made = await world(always({ kind: 'status', status: 200, body: JSON.stringify(body) }));
      expect(await vendorErrorOf(calls[operation](made))).toMatchObject({
        kind: 'body',
        operation,
        message: `the gateway answered with ${what}`,
        context: { connection: `acme-${contract.name}`, server: 'a' },
      });
    });

    test('an error in place of it shows the reason', async () => {
      const error = { code: 'E7', message: 'The account is locked' };
      const body = JSON.stringify({ error });
      const made = await world(always({ kind: 'status', status: 200, body }));
      expect(await vendorErrorOf(calls[operation](made))).toMatchObject({
        kind: 'body',
        operation,
        message: 'E7: The account is locked',
      });
    });
  });
}
