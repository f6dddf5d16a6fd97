import { allEnded } from './all-ended.ts';
import type { Dependencies } from './dependencies.types.ts';
import type { OpenSession } from './open-session.ts';
import type { LedgerState } from './ports/ledger.ts';
import { readDesired } from './read-desired.ts';
import type { Account, DesiredReading } from './read-desired.ts';
import { listAll } from './read-live.ts';
import type { Listed } from './read-live.ts';
import { isByName, secretNames } from './secret-versions.ts';
import type { SecretVersions } from './secret-versions.ts';

/** What a pass reads first. */
export interface SideBySide {
  readonly reading: DesiredReading;
  readonly ledger: LedgerState;
  /** Absent if there is no connection that fits, or `open` would not open it. */
  readonly opened?: OpenSession;
  /** The vendor's list, under way since the connection's own row was there. Of whole connections only. */
  readonly listed?: Promise<Listed>;
  /** Versions of the connection's secrets, under way since its rows were there. Where they are listed at all. */
  readonly versions?: Promise<SecretVersions>;
}

/**
 * Reads desired and ledger side by side, and asks the vendor as soon as the first row says where it is: of a large
 * connection the list takes longest. Versions of secrets are listed as soon as it is known that there are some.
 *
 * @param exact - asks for the version of each secret, unless there are many
 * @param open - opens the session, or does not: then nothing is asked of the vendor
 * @param abort - ends the lists if a table could not be read
 * @throws StoreError if a table could not be read
 */
export async function readSideBySide(
  {
    connection,
    servers: ids,
    exact = false,
  }: { connection: string; servers?: readonly string[]; exact?: boolean },
  deps: Pick<
    Dependencies,
    'desired' | 'ledger' | 'providers' | 'secrets' | 'secretPrefix' | 'parsedRows' | 'log'
  >,
  open: (account: Account) => OpenSession | undefined,
  abort: AbortController,
): Promise<SideBySide> {
  let opened: OpenSession | undefined;
  let listed: Promise<Listed> | undefined;
  let versions: Promise<SecretVersions> | undefined;
  const begin = (account: Account) => {
    if (abort.signal.aborted) return;
    opened = open(account);
    if (!opened || ids) return;
    listed = listAll(opened.session);
    // Whoever awaits it is told; until then it is not unhandled.
    listed.catch(() => undefined);
  };
  const readRows = async () => {
    const reading = await readDesired(deps.desired, connection, ids, deps, begin);
    if (!reading.ok || !opened || abort.signal.aborted) return reading;
    const names = secretNames(reading.desired.servers.values());
    if (names.size === 0 || isByName(names, ids, exact)) return reading;
    versions = deps.secrets.versions(connection, undefined, abort.signal);
    versions.catch(() => undefined);
    return reading;
  };
  try {
    const tables = [readRows(), deps.ledger.read(connection, ids)] as const;
    for (const provider of deps.providers.values()) provider.prepare?.();
    const [reading, ledger] = await allEnded(tables, abort);
    return {
      reading,
      ledger,
      ...(opened && { opened }),
      ...(listed && { listed }),
      ...(versions && { versions }),
    };
  } catch (error) {
    await Promise.allSettled([listed, versions]);
    throw error;
  }
}
