import { WireError, type Wire } from '../../../lib/gateways/http/wire.ts';
import { fleetServer, vendorServer } from '../../world/fleet.ts';

export const hostOf = (connection: string) => `${connection}.gateway.test`;

/** What it knows of the world. */
export interface GatewayWorld {
  readonly fleet: ReadonlyMap<string, { readonly servers: number }>;
  readonly rounds: ReadonlyMap<string, number>;
  readonly count: (operation: string) => void;
  readonly latency: (operation: string) => number;
  readonly wait: (ms: number) => Promise<void>;
}

/** What a gateway that is down does. */
export type Down = 'timeout' | '503';

const names = { GET: 'get', PUT: 'put' } as const;

/** Barndoor's list, GET and PUT for every connection of the world, each an account of its own. */
export class VirtualGateway {
  /** Connections whose gateway is down, and how. */
  readonly down = new Map<string, Down>();
  readonly #world: GatewayWorld;
  /** Names that were changed, by connection and index. */
  readonly #renamed = new Map<string, Map<number, string>>();

  constructor(world: GatewayWorld) {
    this.#world = world;
  }

  /** Changes the names of the first `servers`, as in the gateway's console. */
  drift(connection: string, servers: number): void {
    for (let index = 0; index < servers; index += 1) {
      this.#rename(connection, index, `Changed by hand ${index}`);
    }
  }

  /** Whether a server has the name that is declared. */
  isAsDeclared(connection: string, index: number): boolean {
    const declared = fleetServer(connection, index, this.#world.rounds.get(connection));
    const { name } = vendorServer(connection, index);
    return (this.#renamed.get(connection)?.get(index) ?? name) === declared.spec['name'];
  }

  #rename(connection: string, index: number, name: string): void {
    const renamed = this.#renamed.get(connection) ?? new Map<number, string>();
    this.#renamed.set(connection, renamed);
    renamed.set(index, name);
  }

  #show(connection: string, index: number): object {
    const { id, name, slug, meta } = vendorServer(connection, index);
    const shown = this.#renamed.get(connection)?.get(index) ?? name;
    return { id, name: shown, slug, meta, connection_status: 'connected' };
  }

  #list(connection: string, query: URLSearchParams): object {
    const { servers = 0 } = this.#world.fleet.get(connection) ?? {};
    const page = Number(query.get('page') ?? 1);
    const limit = Number(query.get('limit') ?? 10);
    const pages = Math.max(1, Math.ceil(servers / limit));
    const from = (page - 1) * limit;
    const length = Math.max(0, Math.min(limit, servers - from));
    const data = Array.from({ length }, (_, index) => this.#show(connection, from + index));
    return { data, pagination: { page, pages, next_page: page < pages ? page + 1 : null } };
  }

  async #answer(request: Request): Promise<Response> {
    const { hostname, pathname, searchParams } = new URL(request.url);
    const [connection = ''] = hostname.split('.', 1);
    const [, , , id] = pathname.split('/');
    const world = this.#world;
    const operation = id === undefined ? 'list' : names[request.method as 'GET' | 'PUT'];
    const down = this.down.get(connection);
    world.count(operation);
    if (down === 'timeout') return new Promise(() => undefined);
    await world.wait(world.latency(operation));
    if (down === '503') return Response.json({ message: 'unavailable' }, { status: 503 });
    if (id === undefined) return Response.json(this.#list(connection, searchParams));
    const index = Number(id.slice(-12));
    if (operation === 'put') {
      const { name } = (await request.json()) as { name?: string };
      if (name !== undefined) this.#rename(connection, index, name);
    }
    return Response.json(this.#show(connection, index));
  }

  readonly wire: Wire = {
    close: () => undefined,
    send: (request, _reach, progress) => {
      progress.connected = true;
      return new Promise((resolve, reject) => {
        const cut = () => reject(new WireError('cut', 'the connection broke'));
        request.signal.addEventListener('abort', cut, { once: true });
        this.#answer(request).then(resolve, reject);
      });
    },
  };
}
