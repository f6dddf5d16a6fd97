import { sharedServers } from '../../../desired/rules/shared-servers.ts';
import { plainText } from '../../../model/text/plain-text.ts';
import { accountServers } from '../../targets/account-servers.ts';
import type { Target } from '../../targets/target.ts';
import type { Check } from './check.ts';
import { check, unwell } from './check.ts';

const mostShown = 10;

/** Servers that two connections of one account declare: one line each, at most ten. */
export async function sharedChecks(
  { deps }: Target,
  names: readonly string[],
  stop: AbortSignal,
): Promise<readonly Check[]> {
  const lines: Check[] = [];
  const read = await check('servers of two connections', async () => {
    const connections = await accountServers(deps, names, [], stop);
    for (const { connection, id, other } of sharedServers(connections ?? []).slice(0, mostShown)) {
      const what = `${connection}: server ${plainText(id, 64)}`;
      const found = `is also declared by ${other}, for the same account: each would undo the changes of the other`;
      lines.push(unwell(what, found, 'keep it in one of the two connections'));
    }
    return 'none';
  });
  return read.ok ? lines : [read];
}
