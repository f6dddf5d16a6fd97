import type { LiveServer } from '../../model/live.types.ts';
import { comparableId } from '../../model/names/server-id.ts';
import type { VendorSession } from '../../gateways/provider.ts';
import { VendorError } from '../../model/errors/vendor-error.ts';

/** A list with more servers is an error: a pass has to hold against each other what is declared and what is listed. */
export const listedAtMost = 200_000;
/** Of servers that are not declared, so many are kept for people to see. */
export const undeclaredKept = 1_000;

/** Live servers that are not declared: how many, and the first of them. */
export interface Undeclared {
  readonly count: number;
  readonly first: readonly LiveServer[];
}

/** What the vendor's list says. */
export interface Listed {
  /** The declared ones, by `comparableId`. */
  readonly servers: ReadonlyMap<string, LiveServer>;
  readonly undeclared: Undeclared;
}

/**
 * Reads the whole list. Servers that are not declared are counted and dropped page by page, so that a list takes no more
 * memory than what is declared.
 *
 * @param declared - the `comparableId` of each declared server; may come after the first pages
 * @throws VendorError if any page failed, or the list is too long; what `declared` throws
 */
export async function listAll(
  session: VendorSession,
  declared: Promise<ReadonlySet<string>>,
): Promise<Listed> {
  const servers = new Map<string, LiveServer>();
  const seen = new Set<string>();
  const first: LiveServer[] = [];
  let known: ReadonlySet<string> | undefined;
  const setAside = (server: LiveServer) => {
    if (first.length < undeclaredKept) first.push(server);
  };
  const sort = async () => {
    known = await declared;
    for (const [id, server] of servers) {
      if (known.has(id)) continue;
      servers.delete(id);
      setAside(server);
    }
  };
  const sorted = sort();
  // It is awaited below; until then it is not unhandled.
  sorted.catch(() => undefined);
  for await (const page of session.list()) {
    for (const server of page) {
      const id = comparableId(server.id);
      if (known === undefined || known.has(id)) servers.set(id, server);
      else if (!seen.has(id)) setAside(server);
      seen.add(id);
    }
    if (seen.size > listedAtMost) throw tooLong();
  }
  await sorted;
  return { servers, undeclared: { count: seen.size - servers.size, first } };
}

function tooLong(): VendorError {
  const message = `the list has more than ${listedAtMost} servers; nothing is changed`;
  return new VendorError('body', 'list', message, { fault: 'size' });
}
