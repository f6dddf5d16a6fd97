import type { Dependencies } from '../../reconcile/dependencies.types.ts';
import { asReference } from '../../core/secret-reference.ts';
import { unitsOf } from '../../reconcile/read-surroundings.ts';
import { explain } from '../explain.ts';
import { withSession } from '../with-session.ts';

/** One line of the doctor. */
export interface Check {
  readonly what: string;
  readonly ok: boolean;
  /** What was found. */
  readonly found: string;
  /** What to do about it, if it is not well. */
  readonly mend?: string;
}

/** Runs a check; what it throws is its finding. */
export async function check(what: string, work: () => Promise<string>): Promise<Check> {
  try {
    return { what, ok: true, found: await work() };
  } catch (error) {
    const text = explain(error).lines.join(' ').replaceAll(/ {2,}/g, ' ');
    const next = text.indexOf(' next: ');
    const found = text.slice('error: '.length, next < 0 ? undefined : next);
    return { what, ok: false, found, ...(next >= 0 && { mend: text.slice(next + 7) }) };
  }
}

/** Declaration, host, token and list call, secrets and the last pass of a connection; asks the vendor for one page. */
export async function checkConnection(
  connection: string,
  deps: Dependencies,
  stop: AbortSignal,
): Promise<readonly Check[]> {
  const names = new Set<string>();
  let bad = 0;
  const list = await check(`${connection}: host, token and list call`, () =>
    withSession(connection, deps, stop, async (session, desired) => {
      for (const declared of desired.servers.values()) {
        if (!declared.valid) bad += 1;
        else {
          for (const { field, value } of unitsOf(desired, declared.server)) {
            if (field.access === 'secret') names.add(asReference(value).secret);
          }
        }
      }
      for await (const page of session.list()) return `${page.length} servers on the first page`;
      return 'no servers';
    }),
  );
  const declarations: Check = {
    what: `${connection}: declared servers`,
    ok: bad === 0,
    found: bad === 0 ? 'all fit their schema' : `${bad} do not fit their schema`,
    ...(bad > 0 && { mend: '`trueup pull` says what is wrong with each' }),
  };
  const secrets = await check(`${connection}: secrets of servers`, async () => {
    const versions = await deps.secrets.versions(connection, [...names]);
    return `${versions.size} of ${names.size} found`;
  });
  const lacking = secrets.ok && !secrets.found.startsWith(`${names.size} of`);
  const last = await check(`${connection}: last pass`, async () => {
    const report = await deps.ledger.lastReport(connection);
    return report ? `${report.state}, ${report.startedAt.slice(0, 16)}Z` : 'none yet';
  });
  const mend = 'make the secrets that `trueup plan` names as missing';
  return [list, declarations, lacking ? { ...secrets, ok: false, mend } : secrets, last];
}
