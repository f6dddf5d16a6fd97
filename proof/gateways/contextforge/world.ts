import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Dependencies } from '../../../lib/pass/dependencies.types.ts';
import type { PassReport } from '../../../lib/model/ledger.types.ts';
import type { PassRequest } from '../../../lib/pass/request.types.ts';
import { reconcile } from '../../../lib/pass/reconcile.ts';
import { wire } from '../../../lib/wiring.ts';
import { startWorld } from '../../../test/support/world.ts';
import type { ServerInit, TestWorld } from '../../../test/support/world.ts';
import { startUpstream } from '../upstream.ts';
import type { Upstream } from '../upstream.ts';
import { startContextForge } from './start.ts';
import type { ContextForge, ContextForgeOptions } from './start.ts';

export const connection = 'forge';

/** A gateway as it answers. */
export type Answer = Readonly<Record<string, unknown>> & { readonly id: string };

/** A real ContextForge with MCP servers behind it, and AWS's APIs on loopback with a connection to it. */
export interface RealWorld {
  readonly aws: TestWorld;
  readonly gateway: ContextForge;
  readonly upstream: Upstream;
  /** The folder of the gateway. */
  readonly folder: string;
  readonly deps: Dependencies;
  readonly allowedHosts: string;
  /** A call of the gateway's own API, by its administrator. @throws Error if it is refused */
  readonly call: (method: string, path: string, body?: object) => Promise<Answer>;
  /** Registers an MCP server of this name, at the path of that name; returns its id. */
  readonly register: (name: string, more?: object) => Promise<string>;
  readonly live: (id: string) => Promise<Answer>;
  /** The credential that the MCP server of this name saw last. */
  readonly credential: (name: string) => string | undefined;
  readonly declareConnection: (row?: object, name?: string) => Promise<void>;
  readonly declare: (...servers: readonly ServerInit[]) => Promise<void>;
  readonly secret: (name: string, value: string) => Promise<void>;
  /** One pass; fails the test if another process holds the lease. */
  readonly pass: (request?: Partial<PassRequest>) => Promise<PassReport>;
  readonly close: () => Promise<void>;
}

export async function startRealWorld(options: ContextForgeOptions = {}): Promise<RealWorld> {
  const folder = await mkdtemp(join(tmpdir(), 'trueup-contextforge-'));
  const endings: (() => Promise<unknown>)[] = [
    () => rm(folder, { recursive: true, force: true, maxRetries: 5 }),
  ];
  const close = async () => {
    for (const end of endings.splice(0).toReversed()) await end();
  };
  try {
    const upstream = await startUpstream();
    endings.push(upstream.close);
    const gateway = await startContextForge(folder, options);
    endings.push(gateway.stop);
    const aws = await startWorld();
    endings.push(aws.close);
    return { ...parts({ folder, upstream, gateway, aws }), close };
  } catch (error) {
    await close();
    throw error;
  }
}

type Started = Pick<RealWorld, 'folder' | 'upstream' | 'gateway' | 'aws'>;

function parts({ folder, upstream, gateway, aws }: Started): Omit<RealWorld, 'close'> {
  const allowedHosts = `contextforge=${new URL(gateway.url).host}`;
  const { log, endpoints, clock } = aws;
  const settings = { ...aws.settings, allowedHosts };
  const deps = wire(settings, log, { endpoints, clock, random: () => 0 });
  const secret: RealWorld['secret'] = (name, value) =>
    aws.secrets.write(`trueup/${connection}/${name}`, value);

  const call: RealWorld['call'] = async (method, path, body) => {
    const response = await fetch(`${gateway.url}/v1/gateways${path}`, {
      method,
      headers: { authorization: `Bearer ${gateway.token}`, 'content-type': 'application/json' },
      ...(body && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: HTTP ${response.status} ${text}`);
    return JSON.parse(text) as Answer;
  };
  return {
    folder,
    upstream,
    gateway,
    aws,
    deps,
    allowedHosts,
    call,
    secret,
    register: async (name, more = {}) => {
      const url = `${upstream.url}/${name}`;
      const made = await call('POST', '', { name, url, transport: 'STREAMABLEHTTP', ...more });
      return made.id;
    },
    live: (id) => call('GET', `/${id}`),
    credential: (name) => {
      const { authorization } = upstream.seen(`/${name}`).headers;
      return typeof authorization === 'string' ? authorization : undefined;
    },
    declareConnection: async (row = {}, name = connection) => {
      await aws.secrets.write(`trueup/${name}/sign-in`, gateway.token);
      await aws.desired.put(name, 'connection', {
        provider: 'contextforge',
        baseUrl: gateway.url,
        auth: { type: 'bearer', token: { secret: `trueup/${name}/sign-in` } },
        policy: { mode: 'correct', limits: { updates: '100%', minimum: 10 } },
        budget: { requestsPerMinute: 60_000, concurrency: 4 },
        ...row,
      });
    },
    declare: async (...servers) => {
      for (const { id, ...row } of servers) {
        await aws.desired.put(connection, `server#${id}`, row as never);
      }
    },
    pass: async (request = {}) => {
      const result = await reconcile({ connection, trigger: 'schedule', ...request }, deps);
      if (result.kind !== 'done') throw new Error('the lease is held by another');
      return result.report;
    },
  };
}
