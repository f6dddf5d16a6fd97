import type { Dependencies } from '../../lib/pass/dependencies.types.ts';
import { reconcile } from '../../lib/pass/reconcile.ts';
import type { PassReport } from '../../lib/model/ledger.types.ts';

/** One pass. @throws Error unless it came to its end */
export async function pass(
  deps: Dependencies,
  connection: string,
  servers?: readonly string[],
): Promise<PassReport> {
  const request = { connection, trigger: 'schedule' as const, ...(servers && { servers }) };
  const result = await reconcile(request, deps);
  if (result.kind !== 'done') throw new Error(`the pass was ${result.kind}`);
  const { report } = result;
  if (report.state !== 'ok') throw new Error(`the pass ended ${report.state}`);
  return report;
}

/** A pass over servers that are all in sync. @throws Error if one is not */
export async function passInSync(deps: Dependencies, connection: string): Promise<void> {
  const { counts, servers } = await pass(deps, connection);
  if (counts.inSync + counts.assumed === servers) return;
  throw new Error(`not in sync: ${JSON.stringify(counts)}`);
}
