import { classifyFailure, isDown } from '../../model/errors/failure.ts';
import type { Time } from '../../model/ledger.types.ts';
import type { LiveServer } from '../../model/live.types.ts';
import { comparableId, otherSpelling } from '../../model/names/server-id.ts';
import { eachLimited } from '../limited.ts';
import type { Listed, Undeclared } from './list.ts';
import type { VendorSession } from '../../gateways/provider.ts';
import { isVendorError, VendorError } from '../../model/errors/vendor-error.ts';

/**
 * The live state of a declared server: the server, that it is missing, or why it could not be read. `waiting`: not
 * read, because the server is backing off. `unsaid`: the list omits a field that was never read, and a later pass reads
 * it by GET. `isRead`: a GET read what the list omits. `isEarlier`: read before the lease, so nothing may be sent based
 * on it.
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
  /** Readings of the requested servers. */
  readonly declared: ReadonlyMap<string, LiveReading>;
  /** Live servers that are not declared; only for full reads. */
  readonly undeclared?: Undeclared;
  /** What a complete list shows for servers that do not exist yet; only for full reads. */
  readonly forNew?: ForNew;
}

/** What must be known before a server is created. */
export interface ForNew extends Pick<Listed, 'begunAt' | 'named' | 'nameless' | 'ids'> {
  /**
   * Declared servers that the list lacks, and that neither a record nor a GET shows to be missing. If there are any, the
   * list may be incomplete.
   */
  readonly hidden: readonly string[];
}

/** Which live servers to read, and how. */
export interface LiveQuestion {
  /** Ids of the servers to read: valid, neither off nor paused. */
  readonly wanted: readonly string[];
  /** Ids of all declared servers that have an id. */
  readonly existing: readonly string[];
  /** Whether any server is to be created or deleted, so that it matters whether the list is complete. */
  readonly isLifecycle: boolean;
  /** Whether it is known to be missing: no further GET is needed while the list lacks it. */
  readonly isMissing: (id: string) => boolean;
  /** Whether it is backing off, so that it is not read by GET. */
  readonly isWaiting: (id: string) => Promise<boolean>;
  readonly concurrency: number;
  /** Whether an answer omits a field that the declaration needs. */
  readonly lacks: (id: string, server: LiveServer) => boolean;
  /** When a GET last read what the list omits; undefined if never. */
  readonly readAt: (id: string) => Time | undefined;
  /** Maximum number of servers that are read by GET because the list omits a field. */
  readonly getsAtMost: number;
}

/** If more servers than this, and more than a tenth, are missing at once, the list is considered incomplete. */
const lackingAtMost = 10;
const lackingShare = 0.1;

/**
 * Compares the list with the declared servers. Each server that it lacks is confirmed by a GET.
 *
 * @throws VendorError if the list lacks too many servers, so that an incomplete list never looks like missing servers
 */
export async function readAll(
  session: VendorSession,
  { servers, undeclared, ...listed }: Listed,
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
  return { declared, undeclared, forNew: { ...listed, hidden } };
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
 * Reads servers by GET if the list omits a field: a limited number in each pass, those that were read longest ago
 * first. Servers that are not read keep their last reading, or are `unsaid` if they have none.
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
 * Reads some servers by GET. A failure of a single server is returned. A failure of the connection is thrown, and so is
 * the last of too many transient failures.
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

/** If no list was read, a UUID that is not found is tried in the other case too. */
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

/** The error for an answer that omits a required field: its value is unknown, so nothing is sent. */
export function leftOut(server: string): VendorError {
  const message = 'the answer to GET does not have a declared field, so its value is not known';
  return new VendorError('body', 'get', message, { context: { server } });
}
