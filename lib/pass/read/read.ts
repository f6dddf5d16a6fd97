import { attemptKey } from '../../core/attempt-key.ts';
import type { FingerprintKeys } from '../../core/fingerprint.types.ts';
import type { Declared } from '../../core/plan-server.ts';
import { allEnded } from '../../core/all-ended.ts';
import type { ApplyEnd } from '../apply/apply.ts';
import type { Dependencies } from '../../reconcile/dependencies.types.ts';
import { InterruptedError } from '../../lease/interruption.ts';
import { pauseOf } from '../plan.ts';
import type { LedgerState } from '../../reconcile/ports/ledger.ts';
import type { VendorSession } from '../../reconcile/ports/provider.ts';
import { isVendorError } from '../../reconcile/ports/vendor-error.ts';
import { readServers } from './desired.ts';
import type { AccountReading, DesiredState } from './desired.ts';
import { listAll, readAll, readEach } from './live.ts';
import type { Listed, LiveState } from './live.ts';
import { isByName, isToRead, secretNames } from './secret-versions.ts';
import type { SecretVersions } from './secret-versions.ts';

/** What the tables have of the servers in scope. */
export interface Tables {
  readonly desired: DesiredState;
  readonly ledger: LedgerState;
}

/** What a pass has seen: all that it plans from; or only the tables, and what ended the reading where that failed. */
export type Seen = Tables &
  (
    | {
        readonly live: LiveState;
        readonly secretVersions: SecretVersions;
        readonly keys: FingerprintKeys;
      }
    | { readonly live: undefined; readonly end: ApplyEnd | undefined }
  );

/** Which servers to read, and how. */
export interface Question {
  /** Ids; absent means all of the connection's. */
  readonly servers?: readonly string[];
  /** Asks for the version of each secret, unless there are many: no apply follows that would find out that a list was old. */
  readonly exact?: boolean;
}

/**
 * Reads desired and live servers, ledger and secret versions side by side.
 *
 * @param session - absent: the vendor is not asked, and only the tables are read
 * @param abort - ends the other reads when one failed
 * @throws StoreError if a table could not be read or secrets could not be listed
 */
export async function read(
  question: Question,
  account: Extract<AccountReading, { ok: true }>,
  session: VendorSession | undefined,
  deps: Dependencies,
  abort: AbortController,
): Promise<Seen> {
  const { servers: ids } = question;
  const { name } = account.connection;
  const tables = allEnded([
    readServers(deps.desired, account, ids, deps),
    deps.ledger.read(name, ids),
  ]);
  if (!session) {
    const [desired, ledger] = await tables;
    return { desired, ledger, live: undefined, end: undefined };
  }
  const listed = ids ? undefined : failureAsValue(listAll(session));
  const versions = tables.then(([desired, ledger]) =>
    readVersions(question, wantedOf({ desired, ledger }, deps), name, deps, abort.signal),
  );
  const live = failureAsValue(readLive(session, tables, listed, versions, deps));
  const [[desired, ledger], secretVersions, seen, keys] = await allEnded(
    [tables, versions, live, deps.keys(), listed],
    abort,
  );
  if (isEnd(seen)) return { desired, ledger, live: undefined, end: seen };
  return { desired, ledger, live: seen, secretVersions, keys };
}

/** A connection's failure is what became of a read, and no reason to lose what the others read. */
async function failureAsValue<T>(reading: Promise<T>): Promise<T | ApplyEnd> {
  try {
    return await reading;
  } catch (error) {
    if (isEnd(error)) return error;
    throw error;
  }
}

function isEnd(value: unknown): value is ApplyEnd {
  return isVendorError(value) || value instanceof InterruptedError;
}

/** The servers that are read and compared, by what the tables say. */
function wantedOf({ desired, ledger }: Tables, { clock }: Dependencies) {
  const now = clock.now();
  return [...desired.servers].filter(
    ([id, declared]) => isToRead(declared) && !pauseOf(ledger, id, now),
  );
}

async function readVersions(
  { servers: ids, exact = false }: Question,
  wanted: readonly (readonly [string, Declared])[],
  connection: string,
  { secrets }: Dependencies,
  signal: AbortSignal,
): Promise<SecretVersions> {
  const names = secretNames(wanted.map(([, declared]) => declared));
  if (names.size === 0) return new Map();
  return isByName(names, ids, exact)
    ? secrets.versions(connection, [...names])
    : secrets.versions(connection, undefined, signal);
}

/** @param listed - the vendor's list; absent: each server is asked for by itself */
async function readLive(
  session: VendorSession,
  tables: Promise<readonly [DesiredState & { readonly isRedeclared: boolean }, LedgerState]>,
  listed: Promise<Listed | ApplyEnd> | undefined,
  versions: Promise<SecretVersions>,
  deps: Dependencies,
): Promise<LiveState | ApplyEnd> {
  const [desired, ledger] = await tables;
  const { connection, servers, isRedeclared } = desired;
  if (isRedeclared) {
    const message = `the row of ${connection.name} changed while its servers were read`;
    throw new InterruptedError('redeclared', message);
  }
  const now = deps.clock.now();
  const question = {
    wanted: wantedOf({ desired, ledger }, deps).map(([id]) => id),
    isDeclared: (id: string) => servers.has(id),
    isMissing: (id: string) => ledger.servers.get(id)?.outcome === 'missing',
    isWaiting: async (id: string) => {
      const retry = ledger.servers.get(id)?.retry;
      if (!retry || Date.parse(retry.notBefore) <= now) return false;
      const { server } = servers.get(id) as Declared & { valid: true };
      return retry.key === attemptKey(server, await versions);
    },
    concurrency: connection.budget.concurrency,
  };
  if (!listed) return { declared: await readEach(session, question.wanted, question) };
  const list = await listed;
  return isEnd(list) ? list : readAll(session, list, question);
}
