import type { BarndoorServer } from './server.ts';
import type { Json } from '../misbehaviour.ts';

/** The three forms of Barndoor's list: the current one, a bare array, and a top-level `next_page`. */
export type BarndoorListForm = 'pagination' | 'array' | 'next_page';

/** One page of the list in the given form; the bare array has no pages. The query must have been validated. */
export function listBarndoor(
  servers: readonly BarndoorServer[],
  query: Readonly<Record<string, string>>,
  form: BarndoorListForm,
  show: (server: BarndoorServer) => Json,
): unknown {
  const status = query['connection_status'] ?? query['status'];
  const search = query['search']?.toLowerCase() ?? '';
  const found = servers.filter(
    (server) =>
      (status === undefined || server.connection_status === status) &&
      (server.name.toLowerCase().includes(search) || server.slug.includes(search)),
  );
  if (form === 'array') return found.map(show);
  const page = Number(query['page'] ?? 1);
  const limit = Number(query['limit'] ?? 10);
  const pages = Math.ceil(found.length / limit);
  const data = found.slice((page - 1) * limit, page * limit).map(show);
  const next = page < pages ? page + 1 : null;
  if (form === 'next_page') return { data, next_page: next };
  const pagination = {
    page,
    limit,
    total: found.length,
    pages,
    previous_page: page > 1 ? page - 1 : null,
    next_page: next,
  };
  return { data, pagination };
}
