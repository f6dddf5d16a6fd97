import { attemptKey } from '../../plan/diff/change.ts';
import { isDue } from '../../plan/due.ts';
import { ofAccount } from '../../plan/record.ts';
import { newKey, newLabelIn } from '../../model/names/server-key.ts';
import { namesakesOf } from '../../plan/lifecycle/namesakes.ts';
import { comparableId } from '../../model/names/server-id.ts';
import type { LiveServer } from '../../model/live.types.ts';
import { readUnit } from '../../model/units.ts';
import { accountKey } from '../../model/names/account.ts';
import type { DesiredServer } from '../../model/desired.types.ts';
import type { AttemptKey, ServerRecord } from '../../model/ledger.types.ts';
import { allEnded } from '../limited.ts';
import { activePauses, pauseOf } from '../../model/pause.ts';
import type { Declared } from '../../plan/server-plan.types.ts';
import { InterruptedError } from '../../lease/interruption.ts';
import type { Dependencies } from '../dependencies.types.ts';
import type { LedgerState } from '../../ledger/ledger.types.ts';
import type { VendorSession } from '../../gateways/provider.ts';
import { endingBy } from '../ending.ts';
import type { Ending } from '../ending.ts';
import { readServers } from './desired.ts';
import type { DesiredState, OwnAccount } from './desired.ts';
import { isOfRow, toReadAgain, withEarlier } from './earlier.ts';
import type { Earlier } from './earlier.ts';
import { listAll } from './list.ts';
import type { Listed, ListedFor } from './list.ts';
import { readAll, readEach } from './live.ts';
import type { LiveState } from './live.ts';
import type { Readings, SecretVersions, Tables } from './readings.types.ts';
import { credentialOf } from '../../model/secret-reference.ts';
import { readVersions, secretNames } from './secret-versions.ts';
import type { VersionsQuestion } from './secret-versions.ts';
import type { Credentials } from '../../sign-in/credentials.ts';

/** The vendor to read from, and the options for that. */
export interface AskedVendor {
  readonly session: VendorSession;
  readonly credentials: Pick<Credentials, 'versionInUse'>;
}

/** Which servers to read, and how to read them. */
export interface Question extends VersionsQuestion {
  /** Present for a user's command, which also reads servers that are backing off. */
  readonly attended?: { readonly shown: ReadonlySet<string>; readonly earlier?: Earlier };
  /** Whether the connection failed in the last pass, so that the readings of a plan may be older. */
  readonly isFailing?: boolean;
}

/**
 * Reads desired and live servers, ledger and secret versions in parallel. Readings of a confirmed plan are used, except
 * for the servers of `toReadAgain`.
 *
 * @param vendor - or why no request may be sent; then only the tables are read
 * @param abort - ends the other reads when one fails
 * @returns all readings, or the tables and why the rest could not be read
 * @throws StoreError if a table could not be read or secrets could not be listed
 */
export async function read(
  question: Question,
  account: OwnAccount,
  vendor: AskedVendor | { readonly ending: Ending },
  deps: Dependencies,
  abort: AbortController,
): Promise<Readings | (Tables & { readonly ending: Ending })> {
  const { servers: ids } = question;
  const { name } = account.connection;
  const key = accountKey(account.connection);
  const now = deps.clock.now();
  const signIn = credentialOf(account.connection.auth).secret;
  const declaredServers = readServers(deps, account, ids, deps);
  // A named row without an id may belong to a server that has one.
  const ledgerRead = ids
    ? declaredServers.then(({ servers }) =>
        deps.ledger.read(name, [...new Set([...ids, ...[...servers.values()].flatMap(namesOf)])]),
      )
    : deps.ledger.read(name);
  const tables = allEnded([declaredServers, ledgerRead.then((state) => ledgerOf(state, key, now))]);
  if ('ending' in vendor) {
    const [desired, ledger] = await tables;
    return { desired, ledger, ending: vendor.ending };
  }
  const { session, credentials } = vendor;
  const declared = tables.then(([{ servers, provider }]): ListedFor => ({
    ids: new Set([...servers.keys()].map(comparableId)),
    namesakes: namesakesOf(servers, provider.table),
  }));
  const before = question.isFailing === true ? undefined : question.attended?.earlier;
  const earlier = before && isOfRow(before, account.row) ? before : undefined;
  const list = () => endingAsValue(listAll(session, declared, deps.clock));
  const byList = account.provider.hasSlowGet === true;
  const listed = earlier || (ids && !byList) ? undefined : list();
  const versions = tables.then(([desired, ledger]) => {
    const wanted = wantedServers({ desired, ledger });
    const names = secretNames(wanted.map(([, server]) => server));
    if (wanted.some(([id]) => isStuck(ledger.servers.get(id)))) names.add(signIn);
    return readVersions(question, names, name, deps.secrets, abort.signal);
  });
  const versionInUse = (found: SecretVersions) => credentials.versionInUse(found.get(signIn));
  const keyOf = async (server: DesiredServer) => {
    const found = await versions;
    return attemptKey(server, found, versionInUse(found));
  };
  const source = { listed, list, earlier, byList };
  const live = endingAsValue(readLive(session, tables, source, keyOf, deps, question));
  const [[desired, ledger], secretVersions, seen, keys] = await allEnded(
    // Includes `declared`, because nothing awaits it if there is no list or the list fails first.
    [tables, versions, live, deps.keys(), listed, declared],
    abort,
  );
  if ('ending' in seen) return { desired, ledger, ending: seen.ending };
  const credential = versionInUse(secretVersions);
  return { desired, ledger, live: seen, secretVersions, credential, keys };
}

/** The ids by which a server may be recorded: a created one may have been paused before it had the gateway's id. */
function namesOf({ valid, server }: Declared): readonly string[] {
  const label = valid ? server.created?.label : server.stored && server.label;
  return [server.id, ...(label === undefined ? [] : [newKey(label)])];
}

/** Whether it failed or waits, so that a changed sign-in matters. */
function isStuck({ stopped, retry }: Partial<ServerRecord> = {}): boolean {
  return (stopped ?? retry)?.credential !== undefined;
}

/**
 * The ledger's records for this account, and the pauses that have not ended. A pause that ends later still applies to
 * this pass: what it does not read is not to be planned either.
 */
function ledgerOf(state: LedgerState, account: string, now: number): LedgerState {
  const servers = [...state.servers].map(
    ([id, record]) => [id, ofAccount(record, account, now)] as const,
  );
  return { ...state, pauses: activePauses(state.pauses, now), servers: new Map(servers) };
}

/** Returns a failure of the connection as a value, so that the results of the other reads are kept. */
async function endingAsValue<T extends object>(
  reading: Promise<T>,
): Promise<T | { readonly ending: Ending }> {
  try {
    return await reading;
  } catch (error) {
    return { ending: endingBy(error) };
  }
}

/** The valid servers that are neither off nor paused. */
function wantedServers({ desired, ledger }: Tables) {
  return [...desired.servers].filter(
    ([id, declared]) => isToRead(declared) && !pauseOf(ledger.pauses, id),
  );
}

/** The source of live servers. */
interface LiveSource {
  /** The vendor's list; absent: only the servers that must be read are read. */
  readonly listed: Promise<Listed | { readonly ending: Ending }> | undefined;
  readonly list: () => Promise<Listed | { readonly ending: Ending }>;
  readonly earlier: Earlier | undefined;
  /** Whether even a few servers are read by the list, because a GET takes too long. */
  readonly byList: boolean;
}

/** @param question - `exact`: for a plan, which may use only a tenth of the budget */
async function readLive(
  session: VendorSession,
  tables: Promise<readonly [DesiredState & { readonly isRedeclared: boolean }, LedgerState]>,
  { listed, list, earlier, byList }: LiveSource,
  keyOf: (server: DesiredServer) => Promise<AttemptKey>,
  deps: Dependencies,
  { servers: ids, exact = false, attended: asked }: Question,
): Promise<LiveState | { readonly ending: Ending }> {
  const [desired, ledger] = await tables;
  const { connection, servers, isRedeclared } = desired;
  if (isRedeclared) {
    const message = `the row of ${connection.name} changed while its servers were read`;
    throw new InterruptedError('redeclared', message);
  }
  const now = deps.clock.now();
  const attended = asked !== undefined;
  const question = {
    wanted: wantedServers({ desired, ledger })
      .map(([id]) => id)
      .filter((id) => newLabelIn(id) === undefined),
    existing: [...servers.keys()].filter((id) => newLabelIn(id) === undefined),
    isLifecycle: ids === undefined && [...servers.values()].some(isLifecycleOpen),
    isMissing: (id: string) => ledger.servers.get(id)?.outcome === 'missing',
    isWaiting: async (id: string) => {
      const retry = ledger.servers.get(id)?.retry;
      if (!retry) return false;
      const { server } = servers.get(id) as Declared & { valid: true };
      const attemptNow = await keyOf(server);
      return !isDue(retry, () => attemptNow, { now, attended });
    },
    concurrency: connection.budget.concurrency,
    lacks: (id: string, server: LiveServer) => lacks(servers.get(id), server),
    readAt: (id: string) => ledger.servers.get(id)?.readAt,
    getsAtMost: Math.ceil(connection.budget.requestsPerMinute / (exact ? 20 : 2)),
  };
  const { wanted } = question;
  // Readings from before the lease do not prove that a server exists.
  const isNew = servers.values().some((one) => one.valid && one.server.created !== undefined);
  if (asked && earlier && !isNew) {
    const again = toReadAgain(earlier, { desired, ledger }, wanted, asked.shown);
    // For a few servers, single calls are fewer than those of the list.
    const isFew = !byList && (ids !== undefined || again.length <= earlier.calls.list);
    if (isFew || again.length === 0) {
      return withEarlier(earlier, wanted, await readEach(session, again, question));
    }
  } else if (ids && !byList) {
    return { declared: await readEach(session, wanted, question) };
  }
  const all = await (listed ?? list());
  if ('ending' in all) return all;
  const state = await readAll(session, all, question);
  // Undeclared servers are only known if all rows were read.
  return ids ? { declared: state.declared } : state;
}

/** Whether an answer omits a field that the declaration needs and that a GET would show. */
export function lacks(declared: Declared | undefined, live: LiveServer): boolean {
  return (
    declared?.valid === true &&
    declared.server.units.some(
      (unit) => unit.field.readByGet === true && readUnit(unit, live).kind === 'unreadable',
    )
  );
}

/** Whether a server does not exist yet, is to be deleted, or may have been created. */
function isLifecycleOpen({ valid, server }: Declared): boolean {
  if (!valid || !server.created) return false;
  const { isAbsent, stored } = server.created;
  return stored.binding ? isAbsent : !isAbsent || stored.reservation !== undefined;
}

/** Whether a server is read and compared. */
export function isToRead(declared: Declared): boolean {
  return declared.valid && declared.server.policy.mode !== 'off';
}
