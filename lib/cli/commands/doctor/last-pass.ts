import type { PassEnd } from '../../../model/ledger.types.ts';
import { activePauses } from '../../../model/pause.ts';
import type { Dependencies } from '../../../pass/dependencies.types.ts';
import { shownTime } from '../../../model/text/shown-time.ts';
import type { Check } from './check.ts';
import { check, unwell } from './check.ts';

const dayMs = 24 * 60 * 60_000;

/**
 * Checks how the last pass ended, and when.
 *
 * @param isScheduled - whether functions run passes on schedule, so that a missing pass is a failure after a day
 */
export async function lastPassCheck(
  connection: string,
  { ledger, clock }: Pick<Dependencies, 'ledger' | 'clock'>,
  isScheduled: boolean,
): Promise<Check> {
  const what = `${connection}: last pass`;
  return check(what, async () => {
    const [report, { pauses }] = await Promise.all([
      ledger.lastReport(connection),
      ledger.read(connection, []),
    ]);
    const ask = `\`trueup reconcile ${connection}\` requests one; the stack's output CommandLogsScheduled shows why there was none`;
    if (!report) return isScheduled ? unwell(what, 'none yet', ask) : 'none yet';
    const age = clock.now() - Date.parse(report.startedAt);
    const when = `${ageText(age)} ago (${shownTime(report.startedAt)}, by ${report.trigger})`;
    if (report.state !== 'ok') {
      const why = report.reason ? `: ${report.reason.message}` : '';
      return unwell(what, `${report.state} ${when}${why}`, fixes[report.state](connection));
    }
    const active = activePauses(pauses, clock.now());
    if (active.some(({ id }) => id === undefined)) return `${when}; paused`;
    return isScheduled && age > dayMs ? unwell(what, when, ask) : when;
  });
}

const fixes: Readonly<Record<Exclude<PassEnd, 'ok'>, (connection: string) => string>> = {
  unreachable: () => 'see its token and list call above; a later pass retries automatically',
  'needs-login': (connection) => `\`trueup login ${connection}\``,
  invalid: () => 'fix the row of the connection',
  interrupted: (connection) => `\`trueup apply ${connection}\`, or wait for the next pass`,
};

/** `3 min`, `5 h`, `2 days` */
function ageText(ms: number): string {
  const minutes = Math.max(0, Math.round(ms / 60_000));
  if (minutes < 120) return `${minutes} min`;
  const hours = Math.round(minutes / 60);
  return hours < 48 ? `${hours} h` : `${Math.round(hours / 24)} days`;
}
