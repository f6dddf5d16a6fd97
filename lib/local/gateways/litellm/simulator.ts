import { isRecord } from '../../aws/aws-json.ts';
import { bearerOf } from '../vendor-request.ts';
import { startVendorSimulator } from '../vendor-simulator.ts';
import type { SimulatorOptions, Vendor, VendorSimulator } from '../vendor.ts';
import {
  absent,
  createServer,
  failed,
  hideServer,
  listServer,
  invalid,
  makeServer,
  refusal,
  showServer,
  updateServer,
} from './server.ts';
import type { LiteLlmServer, LiteLlmServerInit } from './server.ts';

/** A simulated LiteLLM. */
export type LiteLlmSimulator = VendorSimulator<LiteLlmServer, LiteLlmServerInit>;

/** The initial state of this LiteLLM. */
export interface LiteLlmOptions extends SimulatorOptions {
  readonly servers: readonly LiteLlmServerInit[];
  /** Tokens of keys that are not an administrator's. Defaults to none. */
  readonly otherKeys?: readonly string[];
}

const noSubmissions = { total: 0, pending_review: 0, active: 0, rejected: 0, items: [] };

/**
 * Starts a simulated LiteLLM with the observed behaviour of version 1.105.7: a PUT has the id in its body and is
 * answered with 202, a POST may set it, a change of `url` or `auth_type` clears the fields of the OAuth flow, a name
 * without an alias sets the alias, and the list for a key that is not an administrator's has status 200 and no URLs.
 * `test/local/gateways/litellm-recorded.json` has answers of the real one; a test compares them.
 */
export async function startSimulatedLiteLlm(options: LiteLlmOptions): Promise<LiteLlmSimulator> {
  const { now = Date.now, otherKeys = [] } = options;
  const isOther = (request: Parameters<typeof bearerOf>[0]) =>
    otherKeys.includes(bearerOf(request) ?? '');
  const vendor: Vendor<LiteLlmServer> = {
    idOf: ({ server_id: id }) => id,
    sees: (server, request) => server.allow_all_keys || !isOther(request),
    show: showServer,
    failure: (status, message) =>
      status === 401
        ? { error: { message, type: 'auth_error', param: 'None', code: '401' } }
        : { detail: { error: message } },
    notFound: ({ operation, id = '' }) =>
      operation === 'put' || operation === 'delete'
        ? (absent(id).body as Record<string, unknown>)
        : { detail: { error: `MCP Server with id ${id} not found` } },
    refuse: (request) => {
      const { operation, id, body } = request;
      if (operation === 'other') return { status: 404, body: { detail: 'Not Found' } };
      if (operation === 'get' && id === 'submissions') {
        return isOther(request)
          ? failed(403, 'Admin access required to view MCP server submissions.')
          : { status: 200, body: noSubmissions };
      }
      if (operation !== 'put' && operation !== 'create' && operation !== 'delete') return undefined;
      if (isOther(request)) {
        return failed(403, 'Call not allowed to update MCP server. User is not a proxy admin.');
      }
      if (operation === 'delete') return undefined;
      return isRecord(body)
        ? refusal(body, operation)
        : invalid('body', 'Input should be a valid dictionary');
    },
    list: (servers, request) => ({
      status: 200,
      body: servers.map((server) => (isOther(request) ? hideServer(server) : listServer(server))),
    }),
    update: (server, body, others) => updateServer(server, body, others, now()),
    updatedStatus: 202,
    create: (body, others) => {
      const made = createServer(body, others, now());
      return 'refused' in made
        ? made
        : { server: made, answer: { status: 201, body: showServer(made) } };
    },
    deleted: () => ({ status: 202, body: '' }),
    breaches: () => [],
  };
  return startVendorSimulator(vendor, options, (init) => makeServer(init, now()));
}
