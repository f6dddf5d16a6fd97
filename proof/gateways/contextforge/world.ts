import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startWorld } from '../../../test/support/world.ts';
import type { TestWorld } from '../../../test/support/world.ts';
import { startUpstream } from '../upstream.ts';
import type { Upstream } from '../upstream.ts';
import { declaringFor } from '../world.ts';
import type { Declaring } from '../world.ts';
import { startContextForge } from './start.ts';
import type { ContextForge, ContextForgeOptions } from './start.ts';

export const connection = 'forge';

/** A gateway as it answers. */
export type Answer = Readonly<Record<string, unknown>> & { readonly id: string };

/** A real ContextForge with MCP servers behind it, and AWS's APIs on loopback with a connection to it. */
export interface RealWorld extends Declaring {
  readonly aws: TestWorld;
  readonly gateway: ContextForge;
  readonly upstream: Upstream;
  /** The folder of the gateway. */
  readonly folder: string;
  /** A call of the gateway's own API, by its administrator. @throws Error if it is refused */
  readonly call: (method: string, path: string, body?: object) => Promise<Answer>;
  /** Registers an MCP server of this name, at the path of that name; returns its id. */
  readonly register: (name: string, more?: object) => Promise<string>;
  readonly live: (id: string) => Promise<Answer>;
  /** The credential that the MCP server of this name saw last. */
  readonly credential: (name: string) => string | undefined;
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
  const { url, token } = gateway;
  const call: RealWorld['call'] = async (method, path, body) => {
    const response = await fetch(`${url}/v1/gateways${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
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
    ...declaringFor({ provider: 'contextforge', connection, url, token }, aws),
    call,
    register: async (name, more = {}) => {
      const server = { name, url: `${upstream.url}/${name}`, transport: 'STREAMABLEHTTP' };
      const made = await call('POST', '', { ...server, ...more });
      return made.id;
    },
    live: (id) => call('GET', `/${id}`),
    credential: (name) => {
      const { authorization } = upstream.seen(`/${name}`).headers;
      return typeof authorization === 'string' ? authorization : undefined;
    },
  };
}
