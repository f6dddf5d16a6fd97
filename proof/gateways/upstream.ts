import { startLoopbackServer } from '../../lib/local/loopback-server.ts';

/** What one MCP server has seen of its gateway. */
export interface SeenByUpstream {
  /** How many requests came. */
  count: number;
  /** The headers of the last one, names in lower case. */
  headers: Readonly<Record<string, string | string[] | undefined>>;
}

/** MCP servers on loopback, one for each path: what a gateway calls, and where a credential arrives. */
export interface Upstream {
  readonly url: string;
  /** What the server at this path has seen; nothing yet if it was not called. */
  readonly seen: (path: string) => SeenByUpstream;
  /** The server at this path answers 401 unless `authorization` is this. */
  readonly expect: (path: string, authorization: string) => void;
  /** From now on the server at this path has these tools. */
  readonly setTools: (path: string, tools: readonly string[]) => void;
  /** From now on the server at this path takes the connection and never answers; with `false`, answers again. */
  readonly stall: (path: string, isStalled: boolean) => void;
  /** From now on the server at this path cuts each connection; with `false`, answers again. */
  readonly refuse: (path: string, isDown: boolean) => void;
  readonly close: () => Promise<void>;
}

export interface UpstreamOptions {
  /** Used if it is free. */
  readonly port?: number;
  /** Called with each request that brings another credential than the one before it. */
  readonly onCredential?: (path: string, authorization: string | undefined) => void;
}

/** Starts MCP servers over streamable HTTP that answer in JSON: initialize, lists of tools, resources and prompts, ping. */
export async function startUpstream({
  port = 0,
  onCredential = () => undefined,
}: UpstreamOptions = {}): Promise<Upstream> {
  const seen = new Map<string, SeenByUpstream>();
  const expected = new Map<string, string>();
  const tools = new Map<string, readonly string[]>();
  const stalled = new Set<string>();
  const down = new Set<string>();
  const note = (path: string) => seen.get(path) ?? { count: 0, headers: {} };

  const server = await startLoopbackServer(({ method, path, headers, text }) => {
    const { authorization } = headers;
    const before = seen.get(path);
    if (!before || before.headers['authorization'] !== authorization)
      onCredential(path, authorization);
    seen.set(path, { count: note(path).count + 1, headers });
    if (stalled.has(path)) return 'hang';
    if (down.has(path)) return 'cut';
    const wanted = expected.get(path);
    if (wanted !== undefined && headers.authorization !== wanted) {
      return { status: 401, headers: { 'www-authenticate': 'Bearer' }, body: { error: 'no' } };
    }
    if (method !== 'POST') return { status: method === 'GET' ? 405 : 200, body: {} };
    const {
      id,
      method: call,
      params,
    } = JSON.parse(text) as {
      id?: number;
      method: string;
      params?: { protocolVersion?: string };
    };
    if (id === undefined) return { status: 202 };
    const result = resultOf(
      call,
      path,
      params?.protocolVersion,
      tools.get(path) ?? [`read-${path.slice(1)}`],
    );
    const answer = result ? { result } : { error: { code: -32601, message: `no method ${call}` } };
    return {
      status: 200,
      headers: call === 'initialize' ? { 'mcp-session-id': 'one' } : {},
      body: { jsonrpc: '2.0', id, ...answer },
    };
  }, port);
  return {
    url: server.url.replace('127.0.0.1', 'localhost'),
    seen: note,
    expect: (path, authorization) => void expected.set(path, authorization),
    setTools: (path, names) => void tools.set(path, names),
    stall: (path, isStalled) => void (isStalled ? stalled.add(path) : stalled.delete(path)),
    refuse: (path, isDown) => void (isDown ? down.add(path) : down.delete(path)),
    close: server.close,
  };
}

function resultOf(
  call: string,
  path: string,
  protocolVersion = '2025-06-18',
  tools: readonly string[],
): object | undefined {
  switch (call) {
    case 'initialize': {
      const serverInfo = { name: path.slice(1), version: '1' };
      return { protocolVersion, capabilities: { tools: {} }, serverInfo };
    }
    case 'tools/list': {
      const inputSchema = { type: 'object', properties: {} };
      return { tools: tools.map((name) => ({ name, description: name, inputSchema })) };
    }
    case 'resources/list':
      return { resources: [] };
    case 'resources/templates/list':
      return { resourceTemplates: [] };
    case 'prompts/list':
      return { prompts: [] };
    case 'ping':
      return {};
    default:
      return undefined;
  }
}

// `node proof/gateways/upstream.ts 9100`: the MCP servers of the quickstart, which print each new credential that arrives.
if (process.argv[1] === import.meta.filename) {
  const { url } = await startUpstream({
    port: Number(process.argv[2] ?? 0),
    onCredential: (path, authorization = 'no credential') =>
      process.stdout.write(`${path} was called with ${authorization}\n`),
  });
  process.stdout.write(`MCP servers at ${url}\n`);
}
