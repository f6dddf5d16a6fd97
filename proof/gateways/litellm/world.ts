import type { SeenByUpstream } from '../upstream.ts';
import { callOf, declaringFor, startParts } from '../world.ts';
import type { Call, Declaring, Started } from '../world.ts';
import { startLiteLlm } from './start.ts';
import type { LiteLlm } from './start.ts';

export const connection = 'lite';

/** An MCP server as the gateway answers. */
export type Answer = Readonly<Record<string, unknown>> & { readonly server_id: string };

/** A real LiteLLM with MCP servers behind it, and AWS's APIs on loopback with a connection to it. */
export interface RealWorld extends Declaring, Started<LiteLlm> {
  readonly call: Call<unknown>;
  /** Makes an MCP server with this id and name, at the path of that name. */
  readonly register: (name: string, more?: object) => Promise<void>;
  readonly live: (id: string) => Promise<Answer>;
  /** Has the gateway ask the MCP server for its tools, as a client would; gives the headers that arrived. */
  readonly used: (name: string) => Promise<SeenByUpstream>;
}

const servers = '/v1/mcp/server';

export async function startRealWorld(): Promise<RealWorld> {
  const started = await startParts('litellm', (folder, { url }) => {
    const ownServers = { of_the_file: { url: `${url}/of_the_file`, transport: 'http' } };
    return startLiteLlm(folder, ownServers);
  });
  const { aws, gateway, upstream } = started;
  const { url, token } = gateway;
  const call = callOf<unknown>(url, token);
  return {
    ...started,
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
