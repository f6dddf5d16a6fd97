import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startWorld } from '../../../test/support/world.ts';
import type { TestWorld } from '../../../test/support/world.ts';
import { startUpstream } from '../upstream.ts';
import type { SeenByUpstream, Upstream } from '../upstream.ts';
import { declaringFor } from '../world.ts';
import type { Declaring } from '../world.ts';
import { startLiteLlm } from './start.ts';
import type { LiteLlm } from './start.ts';

export const connection = 'lite';

/** An MCP server as the gateway answers. */
export type Answer = Readonly<Record<string, unknown>> & { readonly server_id: string };

/** A real LiteLLM with MCP servers behind it, and AWS's APIs on loopback with a connection to it. */
export interface RealWorld extends Declaring {
  readonly aws: TestWorld;
  readonly gateway: LiteLlm;
  readonly upstream: Upstream;
  /** A call of the gateway's own API, by its administrator. @throws Error if it is refused */
  readonly call: (method: string, path: string, body?: object) => Promise<unknown>;
  /** Makes an MCP server with this id and name, at the path of that name. */
  readonly register: (name: string, more?: object) => Promise<void>;
  readonly live: (id: string) => Promise<Answer>;
  /** Has the gateway ask the MCP server for its tools, as a client would; gives the headers that arrived. */
  readonly used: (name: string) => Promise<SeenByUpstream>;
  readonly close: () => Promise<void>;
}

const servers = '/v1/mcp/server';

export async function startRealWorld(): Promise<RealWorld> {
  const folder = await mkdtemp(join(tmpdir(), 'trueup-litellm-'));
  const endings: (() => Promise<unknown>)[] = [
    () => rm(folder, { recursive: true, force: true, maxRetries: 5 }),
  ];
  const close = async () => {
    for (const end of endings.splice(0).toReversed()) await end();
  };
  try {
    const upstream = await startUpstream();
    endings.push(upstream.close);
    const ownServers = { of_the_file: { url: `${upstream.url}/of_the_file`, transport: 'http' } };
    const gateway = await startLiteLlm(folder, ownServers);
    endings.push(gateway.stop);
    const aws = await startWorld();
    endings.push(aws.close);
    return { ...parts({ upstream, gateway, aws }), close };
  } catch (error) {
    await close();
    throw error;
  }
}

type Started = Pick<RealWorld, 'upstream' | 'gateway' | 'aws'>;

function parts({ upstream, gateway, aws }: Started): Omit<RealWorld, 'close'> {
  const { url, token } = gateway;
  const call: RealWorld['call'] = async (method, path, body) => {
    const response = await fetch(`${url}${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      ...(body && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: HTTP ${response.status} ${text}`);
    return JSON.parse(text) as unknown;
  };
  return {
    upstream,
    gateway,
    aws,
    ...declaringFor({ provider: 'litellm', connection, url, token }, aws),
    call,
    register: async (name, more = {}) => {
      const server = { server_id: name, server_name: name, transport: 'http' };
      await call('POST', servers, { ...server, url: `${upstream.url}/${name}`, ...more });
    },
    live: async (id) => {
      const all = (await call('GET', servers)) as readonly Answer[];
      const found = all.find(({ server_id: one }) => one === id);
      if (!found) throw new Error(`LiteLLM has no server ${id}`);
      return found;
    },
    used: async (name) => {
      await call('GET', `/mcp-rest/tools/list?server_id=${name}`);
      return upstream.seen(`/${name}`);
    },
  };
}
