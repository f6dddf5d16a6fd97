import { serverIdSchema } from '../../desired/rules/schema.ts';
import type { Clock } from '../../model/runtime.types.ts';
import type { LiveServer } from '../../model/live.types.ts';
import { comparableId } from '../../model/names/server-id.ts';
import type { VendorSession } from '../../gateways/provider.ts';
import { VendorError } from '../../model/errors/vendor-error.ts';

/** A longer list is an error, because a pass compares declared and listed servers in memory. */
export const listedAtMost = 200_000;
/** Maximum number of undeclared servers that are kept for output. */
export const undeclaredKept = 1_000;

/** Live servers that are not declared: their number, and the first of them. */
export interface Undeclared {
  readonly count: number;
  readonly first: readonly LiveServer[];
}

/** The result of reading the vendor's list. */
export interface Listed {
  /** The declared ones, by `comparableId`. */
  readonly servers: ReadonlyMap<string, LiveServer>;
  readonly undeclared: Undeclared;
  /** When reading started, in milliseconds since the epoch. */
  readonly begunAt: number;
  /** Live servers, declared or not, that have the name of a server that does not exist yet, by the key of its row. */
  readonly named: ReadonlyMap<string, readonly LiveServer[]>;
  /** An undeclared server that may have the name of one that does not exist yet, because the list does not show it. */
  readonly nameless?: string;
  /** The `comparableId` of each live server. */
  readonly ids: ReadonlySet<string>;
}

/** The declared servers that a list is compared with. */
export interface ListedFor {
  /** The `comparableId` of each declared server. */
  readonly ids: ReadonlySet<string>;
  /** The keys of rows of servers that do not exist yet and have this live server's name; undefined if it may be any. */
  readonly namesakes: (server: LiveServer) => readonly string[] | undefined;
}

/**
 * Reads the whole list. Servers that are not declared are counted and dropped page by page, so that memory use depends
 * only on the declared servers.
 *
 * @param declared - the declared servers; may resolve after the first pages
 * @throws VendorError if any page failed, or the list is too long; what `declared` throws
 */
export async function listAll(
  session: VendorSession,
  declared: Promise<ListedFor>,
  clock: Pick<Clock, 'now'>,
): Promise<Listed> {
  const begunAt = clock.now();
  const named = new Map<string, LiveServer[]>();
  let nameless: string | undefined;
  const name = (server: LiveServer, { ids, namesakes }: ListedFor) => {
    const keys = namesakes(server);
    if (keys?.length === 0) return;
    const isDeclared = ids.has(comparableId(server.id));
    if (!keys && !isDeclared) nameless ??= server.id;
    for (const key of keys ?? []) {
      const others = (named.get(key) ?? []).filter(({ id }) => id !== server.id);
      named.set(key, [...others, isDeclared ? { ...server, readOnly: otherRow } : usable(server)]);
    }
  };
  const servers = new Map<string, LiveServer>();
  const seen = new Set<string>();
  const first: LiveServer[] = [];
  let known: ListedFor | undefined;
  const setAside = (server: LiveServer) => {
    if (first.length < undeclaredKept) first.push(server);
  };
  const sort = async () => {
    known = await declared;
    for (const [id, server] of servers) {
      name(server, known);
      if (known.ids.has(id)) continue;
      servers.delete(id);
      setAside(server);
    }
  };
  const sorted = sort();
  // Prevents an unhandled rejection until it is awaited below.
  sorted.catch(() => undefined);
  for await (const page of session.list()) {
    for (const server of page) {
      const id = comparableId(server.id);
      if (known) name(server, known);
      if (known === undefined || known.ids.has(id)) servers.set(id, server);
      else if (!seen.has(id)) setAside(server);
      seen.add(id);
    }
    if (seen.size > listedAtMost) throw tooLong();
  }
  await sorted;
  const undeclared = { count: seen.size - servers.size, first };
  return {
    servers,
    undeclared,
    begunAt,
    named,
    ids: seen,
    ...(nameless !== undefined && { nameless }),
  };
}

const otherRow = 'declared by another row';

/** A server whose id no row can have is neither adopted nor bound. */
function usable(server: LiveServer): LiveServer {
  if (serverIdSchema.safeParse(server.id).success) return server;
  return { ...server, readOnly: 'shown with an id that is not valid' };
}

function tooLong(): VendorError {
  const message = `the list has more than ${listedAtMost} servers; nothing is changed`;
  return new VendorError('body', 'list', message, { fault: 'size' });
}
