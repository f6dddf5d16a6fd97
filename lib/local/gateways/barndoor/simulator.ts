import { randomUUID } from 'node:crypto';
import { apiContract, type Breach } from '../api-contract.ts';
import { isRecord } from '../../aws/aws-json.ts';
import { listBarndoor, type BarndoorListForm } from './list.ts';
import type { BarndoorServer } from './server.ts';
import type { Json } from '../misbehaviour.ts';
import { startVendorSimulator } from '../vendor-simulator.ts';
import type { SimulatorOptions, Vendor, VendorAnswer, VendorSimulator } from '../vendor.ts';

/** What a server is created from; the rest has defaults. */
export type BarndoorServerInit = Pick<BarndoorServer, 'id' | 'name'> & Partial<BarndoorServer>;

/** A simulated Barndoor. */
export type BarndoorSimulator = VendorSimulator<BarndoorServer, BarndoorServerInit>;

/** How this Barndoor differs from the documented one. */
export interface BarndoorOptions extends SimulatorOptions {
  readonly servers: readonly BarndoorServerInit[];
  readonly listForm?: BarndoorListForm;
  /** `detail` is `{detail: text}`, and for 422 `{detail: [{loc, msg, type}]}`; `error` is `{error, message, details?}`. */
  readonly errorForm?: 'error' | 'detail';
  /** Answers `meta`, as the registry surface does. */
  readonly readMeta?: boolean;
  /** Answers `client_id` as a mask, as the registry surface does. */
  readonly maskClientId?: boolean;
}

/**
 * Starts a simulated Barndoor. It was never compared with a real one: its behaviour is documented or guessed.
 *
 * - Documented, on Barndoor's pages, in its SDK and in its Terraform provider: calls, fields and statuses; PUT partial; names unique
 *   without regard to case and outer white space; secrets never answered; `meta` merged with keys of the server's own, null
 *   clears nothing; `client_id` masked, and a mask that is sent back ignored, on the registry surface; the three forms of the list.
 * - Known by a third party's copy alone: the forms of errors.
 * - Guessed: that slugs are compared as names are; that a new `client_id` is `connected` at once; the key `revision` in `meta`.
 *
 * Requests and answers are checked against `openapi/barndoor.openapi.yaml`, which was written from these sources.
 */
export async function startBarndoor(options: BarndoorOptions): Promise<BarndoorSimulator> {
  const { listForm = 'pagination', errorForm = 'error' } = options;
  const contract = apiContract('barndoor.openapi.yaml');

  const failure: Vendor<BarndoorServer>['failure'] = (status, message, details) => {
    if (errorForm === 'detail') return { detail: status === 422 && details ? details : message };
    return { error: errorNames[status] ?? 'error', message, ...(details && { details }) };
  };

  function show(server: BarndoorServer): Json {
    const { client_id: clientId, client_secret: _secret, meta, unknown, ...shown } = server;
    return {
      ...shown,
      ...unknown,
      ...(options.maskClientId === true && {
        client_id: clientId === undefined ? null : maskOf(clientId),
      }),
      ...(options.readMeta === true && { meta }),
    };
  }

  const vendor: Vendor<BarndoorServer> = {
    idOf: ({ id }) => id,
    sees: () => true,
    show,
    failure,
    refuse: (request): VendorAnswer | undefined => {
      if (request.operation === 'other') return { status: 404, body: failure(404, 'Not found') };
      if (request.operation === 'delete') return undefined;
      if (request.operation === 'create') {
        const { name, mcp_server_directory_id: entry } = isRecord(request.body) ? request.body : {};
        if (typeof name === 'string' && typeof entry === 'string') return undefined;
        return { status: 422, body: failure(422, 'name and mcp_server_directory_id are required') };
      }
      const breaches: Breach[] = contract.request(request.operation, request);
      if (request.operation === 'put' && !isRecord(request.body)) {
        breaches.push({
          path: ['body'],
          message: 'must be a JSON object',
          keyword: 'json_invalid',
        });
      }
      if (breaches.length === 0) return undefined;
      const details = breaches.map(({ path, message, keyword }) => ({
        loc: path,
        msg: message,
        type: keyword,
      }));
      return { status: 422, body: failure(422, 'The request is not valid', details) };
    },
    list: (servers, { query }, shown) => ({
      status: 200,
      body: listBarndoor(servers, query, listForm, shown),
    }),
    update: (server, body, others) => {
      for (const field of ['name', 'slug'] as const) {
        const value = body[field];
        if (typeof value !== 'string') continue;
        if (!others.some((other) => comparable(other[field]) === comparable(value))) continue;
        return { status: 409, body: failure(409, `A server with this ${field} already exists`) };
      }
      apply(server, body);
      return undefined;
    },
    create: (body, others) => {
      const name = String(body['name']);
      const made = make({ id: randomUUID(), name, connection_status: 'pending' });
      const answer = vendor.update(made, body, others);
      if (answer) return { refused: answer };
      const url = `https://auth.barndoor.example/consent/${made.id}`;
      return {
        server: made,
        answer: { status: 200, body: { id: made.id, connection_id: randomUUID(), auth_url: url } },
      };
    },
    deleted: () => ({ status: 204, body: undefined }),
    breaches: ({ operation, method, path }, { status, body }) =>
      operation === 'other' || operation === 'create' || operation === 'delete'
        ? []
        : contract
            .answer(operation, status, body)
            .map(
              (breach) =>
                `${method} ${path} ${status}: /${breach.path.join('/')} ${breach.message}`,
            ),
  };
  return startVendorSimulator(vendor, options, make);
}

const errorNames: Record<number, string> = {
  401: 'unauthorized',
  403: 'forbidden',
  404: 'not_found',
  409: 'conflict',
  422: 'validation_error',
  429: 'rate_limited',
};

function make(init: BarndoorServerInit): BarndoorServer {
  const slug = init.name.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-');
  return structuredClone({
    slug,
    connection_status: 'connected',
    provider: slug,
    url: `https://${slug}.example.com/mcp`,
    meta: {},
    unknown: {},
    ...init,
  } satisfies BarndoorServer);
}

const comparable = (name: string) => name.trim().toLowerCase();

const maskOf = (value: string) => `${value.slice(0, 2)}...${value.slice(-2)}`;

function apply(server: BarndoorServer, body: Json): void {
  const { name, slug, client_id: clientId, client_secret: secret, meta } = body;
  if (typeof name === 'string') server.name = name;
  if (typeof slug === 'string') server.slug = slug;
  if (typeof secret === 'string') server.client_secret = secret;
  const isMask = server.client_id !== undefined && clientId === maskOf(server.client_id);
  if (typeof clientId === 'string' && !isMask) {
    server.client_id = clientId;
    server.connection_status = 'connected';
  }
  if (isRecord(meta)) {
    const revision = typeof server.meta['revision'] === 'number' ? server.meta['revision'] : 0;
    server.meta = { ...merged(server.meta, meta), revision: revision + 1 };
  }
}

/** Objects are merged key by key, other values are replaced; null leaves the value as it is. */
function merged(into: Json, from: Json): Json {
  const result = { ...into };
  for (const [key, value] of Object.entries(from)) {
    if (value === null) continue;
    const old = result[key];
    result[key] = isRecord(old) && isRecord(value) ? merged(old, value) : value;
  }
  return result;
}
