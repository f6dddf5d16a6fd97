import { randomUUID } from 'node:crypto';
import { isRecord } from '../../aws/aws-json.ts';
import { startVendorSimulator } from '../vendor-simulator.ts';
import type { SimulatorOptions, Vendor, VendorSimulator } from '../vendor.ts';
import {
  failed,
  invalid,
  listOf,
  makeGateway,
  refusal,
  showGateway,
  updateGateway,
} from './gateway.ts';
import type { ContextForgeServer, ContextForgeServerInit } from './gateway.ts';

/** A simulated ContextForge. */
export type ContextForgeSimulator = VendorSimulator<ContextForgeServer, ContextForgeServerInit>;

/** The initial state of this ContextForge. */
export interface ContextForgeOptions extends SimulatorOptions {
  readonly servers: readonly ContextForgeServerInit[];
}

/**
 * Starts a simulated ContextForge with the observed behaviour of version 1.1.0: a PUT without credentials erases them,
 * a mask keeps them, each PUT calls the MCP server, and a PUT is answered with 200 but not applied if the MCP server's
 * tools changed. `test/local/gateways/contextforge-recorded.json` has answers of the real one; a test compares them.
 */
export async function startSimulatedContextForge(
  options: ContextForgeOptions,
): Promise<ContextForgeSimulator> {
  const { now = Date.now } = options;
  const vendor: Vendor<ContextForgeServer> = {
    idOf: ({ id }) => id,
    sees: () => true,
    show: (server) => showGateway(server),
    failure: (status, message) =>
      status === 401 ? { detail: 'Invalid authentication credentials' } : { message },
    notFound: ({ operation, id }) =>
      operation === 'put'
        ? { message: 'Gateway not found' }
        : { detail: `Gateway not found: ${id ?? ''}` },
    refuse: (request) => {
      if (request.operation === 'other') return failed(404, { detail: 'Not Found' });
      if (request.operation !== 'put' && request.operation !== 'create') return undefined;
      return isRecord(request.body) ? refusal(request.body) : invalid('body', 'must be an object');
    },
    list: (servers, { query }, shown) => ({ status: 200, body: listOf(servers, query, shown) }),
    update: (server, body, others) => updateGateway(server, body, others, now()),
    create: (body, others) => {
      const { name, url } = body;
      if (typeof name !== 'string' || typeof url !== 'string') {
        return { refused: invalid('url', 'name and url are required') };
      }
      const id = randomUUID().replaceAll('-', '');
      const server = makeGateway({ id, name: name.trim() }, now());
      const refused = updateGateway(server, { ...body, name: name.trim() }, others, now());
      if (refused) return { refused };
      server.version = 1;
      return { server, answer: { status: 200, body: showGateway(server) } };
    },
    deleted: (id) => ({
      status: 200,
      body: { status: 'success', message: `Gateway ${id} deleted successfully` },
    }),
    breaches: () => [],
  };
  return startVendorSimulator(vendor, options, (init) => makeGateway(init, now()));
}
