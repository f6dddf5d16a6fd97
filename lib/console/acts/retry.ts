import { html } from 'hono/html';
import { askForRetry, endWaits, retryRequest } from '../../pass/acts/retry.ts';
import { reconcile } from '../../pass/reconcile.ts';
import { nextAttemptOf, nextAttemptOfConnection } from '../../plan/due.ts';
import { counted } from '../../plan/text/render-guard.ts';
import { failsSince, triedAgain } from '../../plan/text/tried-again.ts';
import { lines } from '../html/parts.ts';
import { ActRefused } from './act.types.ts';
import type { Act } from './act.types.ts';
import { subjectWord } from './subject-word.ts';

export const retry: Act = {
  title: 'Retry',
  command: (subject) => `trueup retry ${subjectWord(subject)}`,
  state: async ({ connection, id }, { deps }) => {
    const [{ servers }, lease, last] = await Promise.all([
      deps.ledger.read(connection, id === undefined ? undefined : [id]),
      deps.lease.read(connection),
      deps.ledger.lastReport(connection),
    ]);
    const waiting = [...servers.values()].filter(({ stopped, retry: wait }) => stopped ?? wait);
    const [only] = waiting;
    const again = id !== undefined && only && triedAgain(nextAttemptOf(only.outcome, only));
    const whole = failsSince(nextAttemptOfConnection(lease?.retry));
    const key = [
      last?.pass ?? null,
      lease?.retry?.notBefore ?? null,
      ...waiting.map((record) => [record.id, record.rev]),
    ];
    const shown = lines([
      `Failed or waiting: ${counted(waiting.length, 'server')}.`,
      ...(again ? [again] : []),
      ...(whole === undefined ? [] : [html`The connection ${whole}`]),
    ]);
    return { key, shown };
  },
  run: async ({ connection, id }, _filled, { deps }, world, by) => {
    const asked = { connection, ...(id !== undefined && { servers: [id] }), by, resend: false };
    const noted = await endWaits(asked, { lockTimeoutMs: 0, stop: world.stop }, deps);
    if (noted.kind === 'locked') {
      throw new ActRefused(
        `${noted.owner} reconciles ${connection} now, and a retry would change what it works on. Try again when it is done.`,
      );
    }
    const due = `Retried: ${counted(noted.due, 'server')} that failed or waited.`;
    if (await askForRetry(asked, deps)) return `${due} The functions were asked for the pass.`;
    world.behind(reconcile(retryRequest(asked, world.stop), deps));
    return `${due} The pass runs in this process.`;
  },
};
