import type { DesiredStore } from '../../desired/desired-store.types.ts';
import { accountOf } from '../../desired/rules/shared-servers.ts';
import type { ConnectionServers } from '../../desired/rules/shared-servers.ts';
import type { Ledger } from '../../ledger/ledger.types.ts';
import { newLabelIn } from '../../model/names/server-key.ts';
import { mapLimited } from '../../pass/limited.ts';
import { serverRows } from '../../pass/read/server-rows.ts';

const atOnce = 8;

/**
 * The servers of connections that share an account. For other connections, only their own row is read.
 *
 * @param accounts - accounts of further connections that are not among the names
 * @returns undefined if it was stopped
 * @throws StoreError
 */
export async function accountServers(
  { desired, ledger }: { readonly desired: DesiredStore; readonly ledger: Pick<Ledger, 'labels'> },
  names: readonly string[],
  accounts: readonly (string | undefined)[],
  stop: AbortSignal,
): Promise<readonly ConnectionServers[] | undefined> {
  const read = await mapLimited(names, atOnce, stop, async (name) => {
    const rows = await desired.rows(name, []);
    const declared = rows.find(({ item }) => item === 'connection')?.value;
    return { name, declared, account: accountOf(declared) };
  });
  const count = new Map<string | undefined, number>();
  for (const account of [...accounts, ...(read ?? []).map((one) => one.account)]) {
    count.set(account, (count.get(account) ?? 0) + 1);
  }
  const sharing = (read ?? []).filter(
    ({ account }) => account !== undefined && (count.get(account) ?? 0) > 1,
  );
  const found = await mapLimited(sharing, atOnce, stop, async ({ name, declared }) => ({
    name,
    declared,
    ids: (await serverRows({ desired, ledger }, name)).map(({ id }) =>
      newLabelIn(id) === undefined ? id : '',
    ),
  }));
  return read && found;
}
