import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Dependencies } from '../../lib/pass/dependencies.types.ts';
import type { PassReport } from '../../lib/model/ledger.types.ts';
import type { PassRequest } from '../../lib/pass/request.types.ts';
import { reconcile } from '../../lib/pass/reconcile.ts';
import { wire } from '../../lib/wiring.ts';
import { startWorld } from '../../test/support/world.ts';
import type { ServerInit, TestWorld } from '../../test/support/world.ts';
import { startUpstream } from './upstream.ts';
import type { Upstream } from './upstream.ts';

/** A gateway that a connection leads to. */
export interface Reached {
  readonly provider: string;
  readonly connection: string;
  readonly url: string;
  readonly token: string;
}

/** AWS's APIs on loopback, with a connection to a gateway. */
export interface Declaring {
  readonly deps: Dependencies;
  readonly allowedHosts: string;
  readonly declareConnection: (row?: object, name?: string) => Promise<void>;
  readonly declare: (...servers: readonly ServerInit[]) => Promise<void>;
  readonly secret: (name: string, value: string) => Promise<void>;
  /** One pass; fails the test if another process holds the lease. */
  readonly pass: (request?: Partial<PassRequest>) => Promise<PassReport>;
}

export function declaringFor(
  { provider, connection, url, token }: Reached,
  aws: TestWorld,
): Declaring {
  const allowedHosts = `${provider}=${new URL(url).host}`;
  const { log, endpoints, clock } = aws;
  const settings = { ...aws.settings, allowedHosts };
  const deps = wire(settings, log, { endpoints, clock, random: () => 0 });
  return {
    deps,
    allowedHosts,
    secret: (name, value) => aws.secrets.write(`trueup/${connection}/${name}`, value),
    declareConnection: async (row = {}, name = connection) => {
      await aws.secrets.write(`trueup/${name}/sign-in`, token);
      await aws.desired.put(name, 'connection', {
        provider,
        baseUrl: url,
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

/** A real gateway with MCP servers behind it, and AWS's APIs on loopback. */
export interface Started<Gateway> {
  readonly aws: TestWorld;
  readonly gateway: Gateway;
  readonly upstream: Upstream;
  /** The folder of the gateway. */
  readonly folder: string;
  readonly close: () => Promise<void>;
}

/** Starts them; what has started is stopped if a later one does not start. */
export async function startParts<Gateway extends { readonly stop: () => Promise<unknown> }>(
  name: string,
  startGateway: (folder: string, upstream: Upstream) => Promise<Gateway>,
): Promise<Started<Gateway>> {
  const folder = await mkdtemp(join(tmpdir(), `trueup-${name}-`));
  const endings: (() => Promise<unknown>)[] = [
    () => rm(folder, { recursive: true, force: true, maxRetries: 5 }),
  ];
  const close = async () => {
    for (const end of endings.splice(0).toReversed()) await end();
  };
  try {
    const upstream = await startUpstream();
    endings.push(upstream.close);
    const gateway = await startGateway(folder, upstream);
    endings.push(gateway.stop);
    const aws = await startWorld();
    endings.push(aws.close);
    return { folder, upstream, gateway, aws, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** A call of the gateway's own API, by its administrator. @throws Error if it is refused */
export type Call<Answer> = (method: string, path: string, body?: object) => Promise<Answer>;

/** @param url - what all paths begin with */
export function callOf<Answer>(url: string, token: string): Call<Answer> {
  return async (method, path, body) => {
    const response = await fetch(`${url}${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      ...(body && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: HTTP ${response.status} ${text}`);
    return JSON.parse(text) as Answer;
  };
}
