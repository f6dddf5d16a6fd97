import { callOf, declaringFor, startParts } from '../world.ts';
import type { Call, Declaring, Started } from '../world.ts';
import { startContextForge } from './start.ts';
import type { ContextForge, ContextForgeOptions } from './start.ts';

export const connection = 'forge';

/** A gateway as it answers. */
export type Answer = Readonly<Record<string, unknown>> & { readonly id: string };

/** A real ContextForge with MCP servers behind it, and AWS's APIs on loopback with a connection to it. */
export interface RealWorld extends Declaring, Started<ContextForge> {
  readonly call: Call<Answer>;
  /** Registers an MCP server of this name, at the path of that name; returns its id. */
  readonly register: (name: string, more?: object) => Promise<string>;
  readonly live: (id: string) => Promise<Answer>;
  /** The credential that the MCP server of this name saw last. */
  readonly credential: (name: string) => string | undefined;
}

export async function startRealWorld(options: ContextForgeOptions = {}): Promise<RealWorld> {
  const started = await startParts('contextforge', (folder) => startContextForge(folder, options));
  const { aws, gateway, upstream } = started;
  const { url, token } = gateway;
  const call = callOf<Answer>(`${url}/v1/gateways`, token);
  return {
    ...started,
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
