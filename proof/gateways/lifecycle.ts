import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { JsonObject } from '../../lib/model/json/json.types.ts';
import type { PassReport } from '../../lib/model/ledger.types.ts';
import type { LabelState } from '../../lib/model/lifecycle.types.ts';
import { approve } from '../../lib/pass/approve.ts';
import { preview } from '../../lib/pass/preview.ts';
import { outcomesOf } from '../../test/support/world.ts';
import type { TestWorld } from '../../test/support/world.ts';
import { startProxy } from './proxy.ts';
import type { Proxy } from './proxy.ts';
import { declaringFor } from './world.ts';
import type { Declaring } from './world.ts';

/** Longer than what may have been sent is waited for. */
const settledMs = 10 * 60_000;

/** A real gateway, and what differs from one to the next. */
export interface RealGateway {
  readonly provider: string;
  readonly url: string;
  readonly token: string;
  readonly aws: TestWorld;
  /** What is declared of a server of this name, with a bearer token by reference. */
  readonly spec: (name: string, secret: string) => JsonObject;
  /** Makes a server of this name by hand; returns its id. */
  readonly register: (name: string) => Promise<string>;
  /** All servers of the name, as the gateway's list has them. */
  readonly named: (name: string) => Promise<readonly FoundServer[]>;
  /** What a GET of it is answered with. */
  readonly status: (id: string) => Promise<number>;
  /** The credential that arrives at the MCP server of this name when the gateway calls it. */
  readonly credential: (id: string, name: string) => Promise<string | undefined>;
  readonly close: () => Promise<void>;
}

export interface FoundServer {
  readonly id: string;
  readonly description: unknown;
}

/** A connection of its own to the gateway, by way of a proxy. */
export interface LifecycleWorld extends Pick<Declaring, 'deps'> {
  readonly gateway: RealGateway;
  readonly proxy: Proxy;
  /** A connection of this name, with a secret of the same name. */
  readonly connect: (name: string) => Promise<void>;
  /** The row without an id of a connection's server, which has the connection's name. */
  readonly declare: (name: string, spec?: JsonObject, more?: object) => Promise<void>;
  readonly secret: (name: string, value: string) => Promise<void>;
  readonly pass: (name: string) => Promise<PassReport>;
  readonly label: (name: string) => Promise<LabelState | undefined>;
  readonly close: () => Promise<void>;
}

async function startLifecycleWorld(start: () => Promise<RealGateway>): Promise<LifecycleWorld> {
  const gateway = await start();
  const proxy = await startProxy(gateway.url);
  const { provider, token, aws } = gateway;
  const { deps, declareConnection, pass } = declaringFor(
    { provider, connection: 'unused', url: proxy.url, token },
    aws,
  );
  const manage = ['update', 'create', 'delete'];
  const secret: LifecycleWorld['secret'] = (name, value) =>
    aws.secrets.write(`trueup/${name}/server`, value);
  return {
    gateway,
    proxy,
    deps,
    secret,
    connect: async (name) => {
      await secret(name, 'token-1');
      await declareConnection({ policy: { mode: 'correct', manage } }, name);
    },
    declare: async (name, spec = {}, more = {}) => {
      const declared = { ...gateway.spec(name, `trueup/${name}/server`), ...spec };
      await aws.desired.put(name, `new#${name}`, { spec: declared, ...more });
    },
    pass: (connection) => pass({ connection }),
    label: async (name) => (await deps.ledger.labels(name)).get(name),
    close: async () => {
      await proxy.close();
      await gateway.close();
    },
  };
}

/** What holds at each real gateway where Trueup creates and deletes. @returns the world, once it is started */
export function describeLifecycle(
  title: string,
  start: () => Promise<RealGateway>,
): () => LifecycleWorld {
  let world: LifecycleWorld;

  beforeAll(async () => {
    world = await startLifecycleWorld(start);
  });

  afterAll(async () => {
    await world?.close();
  });

  const created = async (name: string): Promise<string> => {
    await world.connect(name);
    await world.declare(name);
    expect(outcomesOf(await world.pass(name))).toEqual({ created: 1 });
    const [found, ...others] = await world.gateway.named(name);
    expect(others).toEqual([]);
    return found?.id ?? '';
  };

  describe(`a row without an id at ${title}`, () => {
    test('is created with its credential, and the next pass sends nothing', async () => {
      const id = await created('created');
      expect(await world.label('created')).toMatchObject({ binding: { id, origin: 'created' } });
      expect(await world.gateway.credential(id, 'created')).toBe('Bearer token-1');
      const again = await world.pass('created');
      expect(outcomesOf(again)).toEqual({ assumed: 1 });
      expect(again.vendorCalls).toMatchObject({ put: 0 });
      expect(again.vendorCalls).not.toHaveProperty('create');
    });

    test('is changed by its declaration and its secret, as any other', async () => {
      const id = await created('changed');
      await world.declare('changed', { description: 'Other' });
      await world.secret('changed', 'token-2');
      expect(outcomesOf(await world.pass('changed'))).toEqual({ updated: 1 });
      expect(await world.gateway.named('changed')).toEqual([{ id, description: 'Other' }]);
      expect(await world.gateway.credential(id, 'changed')).toBe('Bearer token-2');
      expect(outcomesOf(await world.pass('changed'))).toEqual({ assumed: 1 });
    });

    test('whose name a live server has is not created, and the plan names the command that adopts it', async () => {
      const id = await world.gateway.register('taken');
      const before = await world.gateway.named('taken');
      await world.connect('taken');
      await world.declare('taken');
      const posts = world.proxy.count('POST');
      const { plan } = await preview({ connection: 'taken', trigger: 'cli' }, world.deps);
      expect(JSON.stringify(plan)).toContain(`trueup import taken/${id}`);
      expect(outcomesOf(await world.pass('taken'))).toEqual({ waiting: 1 });
      expect(world.proxy.count('POST')).toBe(posts);
      expect(await world.gateway.named('taken')).toEqual(before);
    });

    test('is deleted once that is approved, and a row of the same label makes a new server', async () => {
      const id = await created('deleted');
      await world.declare('deleted', {}, { state: 'absent' });
      const { held } = await world.pass('deleted');
      expect(await world.gateway.status(id)).toBe(200);
      await approve('deleted', held ?? '', world.deps, 'kim');
      expect(outcomesOf(await world.pass('deleted'))).toEqual({ deleted: 1 });
      expect(await world.gateway.status(id)).toBe(404);
      expect(outcomesOf(await world.pass('deleted'))).toEqual({ inSync: 1 });
      await world.declare('deleted');
      expect(outcomesOf(await world.pass('deleted'))).toEqual({ created: 1 });
      const [next] = await world.gateway.named('deleted');
      expect(next?.id).not.toBe(id);
    });
  });

  describe(`at ${title}, a request to create`, () => {
    test('whose answer is lost is not sent again, and the server is bound', async () => {
      await world.connect('unanswered');
      await world.declare('unanswered');
      const posts = world.proxy.count('POST');
      world.proxy.lose('POST', 'answer');
      expect(outcomesOf(await world.pass('unanswered'))).toEqual({ unsure: 1 });
      const [found] = await world.gateway.named('unanswered');
      world.gateway.aws.clock.advance(settledMs);
      await world.pass('unanswered');
      expect(await world.label('unanswered')).toMatchObject({ binding: { id: found?.id } });
      await world.pass('unanswered');
      expect(outcomesOf(await world.pass('unanswered'))).toEqual({ assumed: 1 });
      expect(world.proxy.count('POST')).toBe(posts + 1);
      expect(await world.gateway.named('unanswered')).toHaveLength(1);
    });

    test('that is lost itself is sent again once two lists have not shown the server', async () => {
      await world.connect('unsent');
      await world.declare('unsent');
      world.proxy.lose('POST', 'request');
      expect(outcomesOf(await world.pass('unsent'))).toEqual({ unsure: 1 });
      world.gateway.aws.clock.advance(settledMs);
      for (let looks = 0; looks < 2; looks += 1) {
        expect(outcomesOf(await world.pass('unsent'))).toEqual({ unsure: 1 });
      }
      expect(outcomesOf(await world.pass('unsent'))).toEqual({ created: 1 });
      expect(await world.gateway.named('unsent')).toHaveLength(1);
    });
  });

  test(`at ${title}, a deletion whose answer is lost is not sent again`, async () => {
    const id = await created('undeleted');
    await world.declare('undeleted', {}, { state: 'absent' });
    const { held } = await world.pass('undeleted');
    await approve('undeleted', held ?? '', world.deps, 'kim');
    const deletes = world.proxy.count('DELETE');
    world.proxy.lose('DELETE', 'answer');
    expect(outcomesOf(await world.pass('undeleted'))).toEqual({ unsure: 1 });
    expect(await world.gateway.status(id)).toBe(404);
    world.gateway.aws.clock.advance(settledMs);
    await world.pass('undeleted');
    expect(outcomesOf(await world.pass('undeleted'))).toEqual({ inSync: 1 });
    expect(world.proxy.count('DELETE')).toBe(deletes + 1);
  });
  return () => world;
}
