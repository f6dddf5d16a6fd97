import { randomBytes } from 'node:crypto';
import { apiContract, type Breach } from '../api-contract.ts';
import { isRecord } from '../../aws/aws-json.ts';
import { listAlloy, type AlloyListForm } from './list.ts';
import type { AlloyServer } from './server.ts';
import type { Json } from '../misbehaviour.ts';
import { startVendorSimulator } from '../vendor-simulator.ts';
import type { SimulatorOptions, Vendor, VendorAnswer, VendorSimulator } from '../vendor.ts';

/** What a server is created from; the rest has defaults. */
export type AlloyServerInit = Pick<AlloyServer, 'serverId' | 'name'> & Partial<AlloyServer>;

/** A simulated Alloy. */
export type AlloySimulator = VendorSimulator<AlloyServer, AlloyServerInit>;

/** How this Alloy differs from the documented one. */
export interface AlloyOptions extends SimulatorOptions {
  readonly servers: readonly AlloyServerInit[];
  readonly listForm?: AlloyListForm;
  /** The user of requests without `x-alloy-userid`; in reality the API key decides. */
  readonly keyUser?: string;
}

/** The user of servers and requests without a user. */
const defaultUser = 'user-1';

/**
 * Starts a simulated Alloy. It was never compared with a real one: its behaviour is documented or guessed.
 *
 * - Documented, on Alloy's pages: calls, fields and statuses; `restrictions` replaced whole; names of 1 to 100 characters, unique
 *   for a user; `accessUrl` with a live token; `x-alloy-userid`; the error's form; 429 in a sliding window without `Retry-After`.
 * - Guessed: that `instructions` is accepted and never answered; status 400 for a name that is in use; pages by `limit` and
 *   `offset`, with their sizes; when `hasRestrictions` is true.
 *
 * Requests and answers are checked against the vendor's own `openapi/alloy.openapi.yaml`, which describes PUT; answers of a
 * list and a GET against its `Server`.
 */
export async function startAlloy(options: AlloyOptions): Promise<AlloySimulator> {
  const { now = Date.now, listForm = 'count', keyUser = defaultUser } = options;
  const contract = apiContract('alloy.openapi.yaml');
  const failed = (status: number, message: string, details?: readonly Json[]): VendorAnswer => ({
    status,
    body: failure(status, message, details),
  });

  const vendor: Vendor<AlloyServer> = {
    idOf: ({ serverId }) => serverId,
    sees: ({ userId }, { headers }) => userId === (headers['x-alloy-userid'] ?? keyUser),
    show,
    failure,
    refuse: (request): VendorAnswer | undefined => {
      if (request.operation === 'other') return failed(404, 'Not found');
      if (request.operation !== 'put') return undefined;
      const breaches: Breach[] = contract.request('update-server', request);
      if (!isRecord(request.body)) {
        breaches.push({ path: ['body'], message: 'must be a JSON object', keyword: 'json' });
      }
      if (breaches.length === 0) return undefined;
      const details = breaches.map(({ path, message }) => ({ path: path.join('.'), message }));
      return failed(400, 'The request is not valid', details);
    },
    list: (servers, { query }, shown) => listAlloy(servers, query, listForm, shown, failed),
    update: (server, { name, description, restrictions, instructions }, others) => {
      // The status is not documented.
      if (typeof name === 'string' && others.some((other) => other.name === name)) {
        return failed(400, 'A server with this name already exists');
      }
      if (typeof name === 'string') server.name = name;
      if (typeof description === 'string') server.description = description;
      if (isRecord(restrictions)) server.restrictions = structuredClone(restrictions);
      if (typeof instructions === 'string') server.instructions = instructions;
      server.updatedAt = new Date(now()).toISOString();
      return undefined;
    },
    breaches: ({ method, path, operation }, { status, body }) => {
      const list = operation === 'list' && isRecord(body) ? body['servers'] : undefined;
      const answers: unknown[] = Array.isArray(list) ? list : [body];
      return (operation === 'other' || status !== 200 ? [] : answers)
        .flatMap((answer) => contract.answer('update-server', 200, answer))
        .map((breach) => `${method} ${path}: /${breach.path.join('/')} ${breach.message}`);
    },
  };
  return startVendorSimulator(vendor, options, (init) => make(init, now()));
}

const codes: Record<number, string> = {
  400: 'INVALID_REQUEST',
  401: 'UNAUTHORIZED',
  403: 'FORBIDDEN',
  404: 'NOT_FOUND',
  429: 'RATE_LIMITED',
};

function failure(status: number, message: string, details?: readonly Json[]): Json {
  const code = codes[status] ?? 'INTERNAL_ERROR';
  return { error: { code, message, ...(details && { details }) } };
}

function make(init: AlloyServerInit, at: number): AlloyServer {
  const url = `https://mcp.runalloy.com/mcp/${init.serverId}`;
  const date = new Date(at).toISOString();
  return structuredClone({
    description: '',
    restrictions: {},
    url,
    accessUrl: `${url}?token=${randomBytes(16).toString('hex')}`,
    createdAt: date,
    updatedAt: date,
    userId: defaultUser,
    unknown: {},
    ...init,
  } satisfies AlloyServer);
}

function show(server: AlloyServer): Json {
  const { instructions: _instructions, userId: _user, unknown, ...shown } = server;
  return structuredClone({
    ...shown,
    hasRestrictions: Object.values(server.restrictions).some(isRestricting),
    ...unknown,
  });
}

/** Whether a section restricts: it lists something, or is an empty allowlist. */
function isRestricting(section: unknown): boolean {
  if (!isRecord(section)) return false;
  return (
    section['mode'] === 'allowlist' ||
    Object.values(section).some((list) => Array.isArray(list) && list.length > 0)
  );
}
