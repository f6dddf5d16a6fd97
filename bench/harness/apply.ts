import type { Dependencies } from '../../lib/pass/dependencies.types.ts';
import type { PassReport } from '../../lib/model/ledger.types.ts';
import { preview } from '../../lib/pass/preview.ts';
import { sendAgreed } from '../../lib/pass/send-agreed.ts';

/** What `trueup apply` makes: a plan, and the pass that sends it. @throws Error unless it came to its end */
export async function apply(deps: Dependencies, connection: string): Promise<PassReport> {
  const request = { connection, trigger: 'cli' as const };
  const agreement = { approved: true, includeReport: true, lockTimeoutMs: 0 };
  const attended = { ...agreement, shown: new Set<string>() };
  const made = await preview({ ...request, attended }, deps);
  const result = await sendAgreed(request, made.plan, made, agreement, deps);
  if (result.kind !== 'done') throw new Error(`the apply was ${result.kind}`);
  const { report } = result;
  if (report.state !== 'ok') throw new Error(`the apply ended ${report.state}`);
  return report;
}
