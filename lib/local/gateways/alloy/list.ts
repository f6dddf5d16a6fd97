import type { AlloyServer } from './server.ts';
import type { Json } from '../misbehaviour.ts';
import type { VendorAnswer } from '../vendor.ts';

/**
 * `count` is `{servers, count}` in one answer; `paged` accepts `limit` and `offset` and adds `hasMore`; `sample` is
 * like the samples in the vendor's documentation: one answer, without `restrictions` and `hasRestrictions`.
 */
export type AlloyListForm = 'count' | 'paged' | 'sample';

/** Servers on a page when the request has no `limit`. */
const defaultLimit = 50;

/** The list in the given form. */
export function listAlloy(
  servers: readonly AlloyServer[],
  query: Readonly<Record<string, string>>,
  form: AlloyListForm,
  show: (server: AlloyServer) => Json,
  failed: (status: number, message: string) => VendorAnswer,
): VendorAnswer {
  if (form !== 'paged') {
    const shown = servers.map(show).map((server) => (form === 'sample' ? sampled(server) : server));
    return { status: 200, body: { servers: shown, count: servers.length } };
  }
  const limit = Number(query['limit'] ?? defaultLimit);
  const offset = Number(query['offset'] ?? 0);
  const valid = Number.isInteger(limit) && limit >= 1 && Number.isInteger(offset) && offset >= 0;
  if (!valid) return failed(400, 'limit and offset must be whole numbers');
  const page = servers.slice(offset, offset + limit);
  const hasMore = offset + limit < servers.length;
  const body = { servers: page.map(show), count: servers.length, limit, offset, hasMore };
  return { status: 200, body };
}

/** The members that the samples have. */
const inSample = ['serverId', 'name', 'description', 'url', 'accessUrl', 'createdAt'];

function sampled(server: Json): Json {
  return Object.fromEntries(Object.entries(server).filter(([key]) => inSample.includes(key)));
}
