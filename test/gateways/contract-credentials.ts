import { describe, expect, test } from '@jest/globals';
import { Secret } from '../../lib/model/secret.ts';
import type { Effect } from '../../lib/local/gateways/misbehaviour.ts';
import type { ContractSuite } from './contract-world.ts';
import { always } from './contract-world.ts';
import { allTextOf, collect, connectionTo, sessionInputs, vendorErrorOf } from './support.ts';

/** Tokens are renewed once, and no secret stands in any error. */
export function describeCredentials({ contract, world }: ContractSuite): void {
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
    const [key = ''] = Object.keys(contract.unreadable);
    const body = { ...contract.unreadable, [key]: text };
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
        () => session.put('a', body, [new Secret(text)]),
        () => session.get('a'),
        () => collect(session.list()),
      ]) {
        const shown = allTextOf(await vendorErrorOf(call()));
        expect(shown).not.toContain(token);
        expect(shown).not.toContain('Bearer');
      }
      const put = await vendorErrorOf(session.put('a', body, [new Secret(text)]));
      expect(allTextOf(put)).not.toMatch(/canary/);
      expect(put.message.length).toBeLessThanOrEqual(500);
    });
  });
}
