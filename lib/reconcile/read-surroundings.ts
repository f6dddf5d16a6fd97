import { attemptKey } from '../core/attempt-key.ts';
import type { FingerprintKeys } from '../core/fingerprint.types.ts';
import type { Declared } from '../core/plan-server.ts';
import { allEnded } from './all-ended.ts';
import type { Dependencies } from './dependencies.types.ts';
import { guardReader } from './guard-reads.ts';
import type { GuardReader } from './guard-reads.ts';
import { pauseOf } from './plan-pass.ts';
import type { LedgerState } from './ports/ledger.ts';
import type { VendorSession } from './ports/provider.ts';
import type { DesiredState } from './read-desired.ts';
import { listAll, readAll, readEach } from './read-live.ts';
import type { Listed, LiveState } from './read-live.ts';
import { isByName, isToRead, secretNames } from './secret-versions.ts';
import type { SecretVersions } from './secret-versions.ts';

/** What a pass reads besides desired and ledger. */
export interface Readings {
  readonly live: LiveState;
  readonly secretVersions: SecretVersions;
  readonly keys: FingerprintKeys;
  readonly guard: GuardReader;
}

/**
 * Reads live servers, secret versions, fingerprint keys and maybe what the guard needs side by side: all of the
 * connection's, or those of the named servers.
 *
 * @param listed - the vendor's list, if somebody asked for it already
 * @param versions - those of the connection's secrets, if somebody asked for them already
 * @param exact - asks for the version of each secret, unless there are many: no apply follows that would find out that a list
 * was old
 * @throws VendorError if the vendor's list failed, StoreError if secrets could not be listed
 */
export async function readSurroundings(
  session: VendorSession,
  desired: DesiredState,
  ledger: LedgerState,
  deps: Dependencies,
  ids: readonly string[] | undefined,
  {
    listed,
    versions: listedVersions,
    exact = false,
  }: {
    listed?: Promise<Listed> | undefined;
    versions?: Promise<SecretVersions> | undefined;
    exact?: boolean;
  } = {},
): Promise<Readings> {
  const { secrets, keys } = deps;
  const now = deps.clock.now();
  const guard = guardReader(desired, ledger, deps.ledger, now);
  const { connection, servers } = desired;
  const wanted = [...servers].filter(
    ([id, declared]) => isToRead(declared) && !pauseOf(ledger, id, now),
  );
  const readVersions = async (): Promise<SecretVersions> => {
    const names = secretNames(wanted.map(([, declared]) => declared));
    if (names.size === 0) {
      // All that have one are paused: what the list says, and whether it can be read, is nothing to this pass.
      await Promise.allSettled([listedVersions]);
      return new Map();
    }
    if (listedVersions) return listedVersions;
    return secrets.versions(connection.name, isByName(names, ids, exact) ? [...names] : undefined);
  };
  const versions = readVersions();
  const isWaiting = async (id: string) => {
    const retry = ledger.servers.get(id)?.retry;
    if (!retry || Date.parse(retry.notBefore) <= now) return false;
    const { server } = servers.get(id) as Declared & { valid: true };
    return retry.key === attemptKey(server, await versions);
  };
  const question = {
    wanted: wanted.map(([id]) => id),
    isDeclared: (id: string) => servers.has(id),
    isMissing: (id: string) => ledger.servers.get(id)?.outcome === 'missing',
    isWaiting,
    concurrency: connection.budget.concurrency,
  };
  const readLive = async (): Promise<LiveState> =>
    ids
      ? { declared: await readEach(session, question.wanted, question) }
      : readAll(session, await (listed ?? listAll(session)), question);
  const [live, secretVersions, fingerprintKeys] = await allEnded([
    readLive(),
    versions,
    keys(),
    guard.begun,
  ]);
  return { live, secretVersions, keys: fingerprintKeys, guard };
}
