import { classifyFailure, isDown } from '../../model/errors/failure.ts';
import type { Time } from '../../model/ledger.types.ts';
import type { LiveServer } from '../../model/live.types.ts';
import { comparableId, otherSpelling } from '../../model/names/server-id.ts';
import { eachLimited } from '../limited.ts';
import type { Listed, Undeclared } from './list.ts';
import type { VendorSession } from '../../gateways/provider.ts';
import { isVendorError, VendorError } from '../../model/errors/vendor-error.ts';

/**
 * What the vendor said of a declared server: it, that it has none, or why it could not be read. `waiting`: it was
 * not asked, because the server is backing off. `unsaid`: the list leaves something out that was never read, and its own
 * GET comes in a later pass. `isRead`: a GET said what the list leaves out. `isEarlier`: it was read before the lease, and
 * nothing may be sent on it.
 */
export type LiveReading =
  | {
      readonly kind: 'found';
      readonly server: LiveServer;
      readonly isRead?: true;
      readonly isEarlier?: true;
    }
  | { readonly kind: 'unsaid' }
  | { readonly kind: 'missing' }
  | { readonly kind: 'unreadable'; readonly error: VendorError }
  | { readonly kind: 'waiting' };

export interface LiveState {
  /** Of the servers asked for. */
  readonly declared: ReadonlyMap<string, LiveReading>;
  /** Live servers that are not declared; known to full reads only. */
  readonly undeclared?: Undeclared;
  /** What a complete list says of servers that do not exist yet; known to full reads only. */
  readonly forNew?: ForNew;
}

/** What is to be known before a server is created. */
export interface ForNew extends Pick<Listed, 'begunAt' | 'named'> {
  /** Declared servers that the list does not show, and that neither a record nor a GET says are missing: it may lack others too. */
  readonly hidden: readonly string[];
}

/** What a read of the live servers needs to know of the declared ones. */
export interface LiveQuestion {
  /** Ids to look for: valid, neither off nor paused. */
  readonly wanted: readonly string[];
  /** Ids of all declared servers that have one, of any outcome. */
  readonly existing: readonly string[];
  /** Whether a server is to come or to go: then it matters whether the list is complete. */
  readonly isLifecycle: boolean;
  /** Already known to be missing: believed without another GET while the list lacks them. */
  readonly isMissing: (id: string) => boolean;
  /** Whether it is backing off: no GET of its own. */
  readonly isWaiting: (id: string) => Promise<boolean>;
  readonly concurrency: number;
  /** Whether an answer leaves out of a server what its declaration needs. */
  readonly lacks: (id: string, server: LiveServer) => boolean;
  /** When a GET last said of a server what the list leaves out; undefined if none ever did. */
  readonly readAt: (id: string) => Time | undefined;
  /** So many servers at most are read by GET because the list leaves something out. */
  readonly getsAtMost: number;
}

/** More than so many, and more than a tenth, lacking at once is a list that cannot be believed. */
const lackingAtMost = 10;
const lackingShare = 0.1;

/**
 * Holds the list against what is declared. What it lacks is confirmed by one GET each.
 *
 * @throws VendorError if the list lacks too much: "could not read" never looks like "nothing there"
 */
export async function readAll(
  session: VendorSession,
  { servers, undeclared, begunAt, named }: Listed,
  question: LiveQuestion,
): Promise<LiveState> {
  const declared = new Map<string, LiveReading>();
  for (const id of question.wanted) {
    const server = servers.get(comparableId(id));
    if (server) declared.set(id, { kind: 'found', server });
  }
  const lacking = question.wanted.filter((id) => !declared.has(id));
  const suspects = lacking.filter((id) => !question.isMissing(id));
  const believed = question.wanted.length - (lacking.length - suspects.length);
  if (suspects.length > lackingAtMost && suspects.length > believed * lackingShare) {
    throw new VendorError(
      'body',
      'list',
      `the list lacks ${suspects.length} of ${believed} servers that it had before; nothing is changed`,
      { fault: 'lacking' },
    );
  }
  for (const id of lacking) declared.set(id, { kind: 'missing' });
  for (const [id, reading] of await readEach(session, suspects, question)) {
    declared.set(id, reading);
  }
  await readUnsaid(session, declared, question);
  const hidden = await hiddenFrom(session, servers, declared, question);
  return { declared, undeclared, forNew: { begunAt, named, hidden } };
}

/**
 * Declared servers that the list ought to show. Of those that no pass looks at, because they are paused, off or invalid, one GET
 * each says whether they are missing, where that matters and they are few.
 */
async function hiddenFrom(
  session: VendorSession,
  servers: Listed['servers'],
  declared: ReadonlyMap<string, LiveReading>,
  question: LiveQuestion,
): Promise<readonly string[]> {
  const hidden = question.existing.filter(
    (id) =>
      !servers.has(comparableId(id)) &&
      !question.isMissing(id) &&
      declared.get(id)?.kind !== 'missing',
  );
  const unlooked = hidden.filter((id) => !declared.has(id));
  if (!question.isLifecycle || unlooked.length > lackingAtMost) return hidden;
  const isWaiting = async () => false;
  const readings = await readEach(session, unlooked, { ...question, isWaiting });
  return hidden.filter((id) => readings.get(id)?.kind !== 'missing');
}

/** Before any time. */
const never = new Date(0).toISOString();

/**
 * Reads by GET what the list leaves out: the one read longest ago first, and so many in a pass that the others' turn comes. What
 * is not read this time is as it was last read; if it never was, nothing is said of it.
 */
async function readUnsaid(
  session: VendorSession,
  declared: Map<string, LiveReading>,
  question: LiveQuestion,
): Promise<void> {
  const { lacks, readAt, getsAtMost } = question;
  const unsaid = [...declared].flatMap(([id, reading]) =>
    reading.kind === 'found' && lacks(id, reading.server) ? [{ id, at: readAt(id) }] : [],
  );
  const inTurn = unsaid.toSorted((a, b) => Date.parse(a.at ?? never) - Date.parse(b.at ?? never));
  const now = inTurn.slice(0, getsAtMost).map(({ id }) => id);
  for (const { id, at } of inTurn.slice(getsAtMost)) {
    if (at === undefined) declared.set(id, { kind: 'unsaid' });
  }
  for (const [id, reading] of await readEach(session, now, question)) declared.set(id, reading);
}

/**
 * Reads some servers by GET. A server's own failure stays its own; the connection's is thrown, and so is the last of too
 * many transient ones.
 */
export async function readEach(
  session: VendorSession,
  ids: readonly string[],
  { concurrency, isWaiting, lacks }: Pick<LiveQuestion, 'concurrency' | 'isWaiting' | 'lacks'>,
): Promise<ReadonlyMap<string, LiveReading>> {
  const readings = new Map<string, LiveReading>();
  let [attempts, transient] = [0, 0];
  await eachLimited(ids, concurrency, async (id) => {
    if (await isWaiting(id)) {
      readings.set(id, { kind: 'waiting' });
      return;
    }
    const reading = await readOne(session, id, lacks);
    readings.set(id, reading);
    attempts += 1;
    if (reading.kind !== 'unreadable' || classifyFailure(reading.error) !== 'transient') return;
    transient += 1;
    if (isDown(attempts, transient)) throw reading.error;
  });
  return readings;
}

/** A UUID that the gateway does not have may be spelled in the other case there, where no list has said how. */
async function readOne(
  session: VendorSession,
  id: string,
  lacks: LiveQuestion['lacks'],
): Promise<LiveReading> {
  const isLacking = (server: LiveServer) => lacks(id, server);
  const reading = await readSpelled(session, id, isLacking);
  const other = otherSpelling(id);
  return reading.kind === 'missing' && other !== undefined
    ? readSpelled(session, other, isLacking)
    : reading;
}

async function readSpelled(
  session: VendorSession,
  id: string,
  lacks: (server: LiveServer) => boolean,
): Promise<LiveReading> {
  try {
    const server = await session.get(id);
    if (!lacks(server)) return { kind: 'found', server, isRead: true };
    return { kind: 'unreadable', error: leftOut(id) };
  } catch (error) {
    if (!isVendorError(error)) throw error;
    const failure = classifyFailure(error);
    if (failure === 'connection') throw error;
    return failure === 'missing' ? { kind: 'missing' } : { kind: 'unreadable', error };
  }
}

/** An answer that leaves out what it has to say: nothing follows from that, and nothing is sent. */
export function leftOut(server: string): VendorError {
  const message = 'the answer of GET lacks a declared field, so its value is not known';
  return new VendorError('body', 'get', message, { context: { server } });
}
