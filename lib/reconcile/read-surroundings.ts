import { attemptKey } from '../core/attempt-key.ts';
import type { FingerprintKeys } from '../core/fingerprint.types.ts';
import type { Declared } from '../core/plan-server.ts';
import { asReference } from '../core/secret-reference.ts';
import type { Dependencies } from './dependencies.types.ts';
import { guardReader } from './guard-reads.ts';
import type { GuardReader } from './guard-reads.ts';
import { pauseOf } from './plan-pass.ts';
import type { LedgerState } from './ports/ledger.ts';
import type { VendorSession } from './ports/provider.ts';
import type { DesiredState } from './read-desired.ts';
import { listAll, readAll, readEach } from './read-live.ts';
import type { Listed, LiveState } from './read-live.ts';

/** What a pass reads besides desired and ledger. */
export interface Readings {
  readonly live: LiveState;
  readonly secretVersions: ReadonlyMap<string, string>;
  readonly keys: FingerprintKeys;
  readonly guard: GuardReader;
}

/** Above so many secrets a plan lists them like a pass: a call for each would take longer than all the rest. */
export const exactAtMost = 100;

/**
 * Reads live servers, secret versions, fingerprint keys and maybe what the guard needs side by side: all of the
 * connection's, or those of the named servers.
 *
 * @param listed - the vendor's list, if somebody asked for it already
 * @param exact - asks for the version of each secret, up to {@link exactAtMost}: no apply follows that would find out that a
 * list was old
 * @throws VendorError if the vendor's list failed, StoreError if secrets could not be listed
 */
export async function readSurroundings(
  session: VendorSession,
  desired: DesiredState,
  ledger: LedgerState,
  deps: Dependencies,
  ids: readonly string[] | undefined,
  { listed, exact = false }: { listed?: Promise<Listed> | undefined; exact?: boolean } = {},
): Promise<Readings> {
  const { secrets, keys } = deps;
  const now = deps.clock.now();
  const guard = guardReader(desired, ledger, deps.ledger, now);
  const { connection, servers } = desired;
  const wanted = [...servers].filter(
    ([id, declared]) => isToRead(declared) && !pauseOf(ledger, id, now),
  );
  const named = [...secretNames(wanted)];
  const isExact = ids !== undefined || (exact && named.length <= exactAtMost);
  const readVersions = async () =>
    named.length === 0
      ? new Map<string, string>()
      : secrets.versions(connection.name, isExact ? named : undefined);
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
  const [live, secretVersions, fingerprintKeys] = await all([
    readLive(),
    versions,
    keys(),
    guard.begun,
  ]);
  return { live, secretVersions, keys: fingerprintKeys, guard };
}

/** Like Promise.all, but waits for all to end before it throws: nothing goes on behind a pass that is over. */
async function all<A, B, C>(
  promises: readonly [Promise<A>, Promise<B>, Promise<C>, Promise<unknown>],
): Promise<[A, B, C, unknown]> {
  await Promise.allSettled(promises);
  return Promise.all(promises);
}

function isToRead(declared: Declared): boolean {
  return declared.valid && declared.server.policy.mode !== 'off';
}

function secretNames(wanted: readonly (readonly [string, Declared])[]): ReadonlySet<string> {
  const names = new Set<string>();
  for (const [, declared] of wanted) {
    if (!declared.valid) continue;
    for (const { field, value } of declared.server.units) {
      if (field.access === 'secret') names.add(asReference(value).secret);
    }
  }
  return names;
}
