import { html } from 'hono/html';
import { approve } from '../../pass/approve.ts';
import { askForPass } from '../../pass/acts/ask.ts';
import { shownCaller } from '../../model/text/shown-caller.ts';
import { shownTime } from '../../model/text/shown-time.ts';
import { counted } from '../../plan/text/render-guard.ts';
import { noQueue } from '../../work/queue.ts';
import type { ConsoleTarget } from '../console.types.ts';
import { lines } from '../html/parts.ts';
import { heldDiff } from '../pages/plan.ts';
import { ActRefused } from './act.types.ts';
import type { Act, ActName, ActState, Subject } from './act.types.ts';
import { pause, resume } from './pauses.ts';
import { retry } from './retry.ts';

const dayMs = 86_400_000;

const reconcile: Act = {
  title: 'Reconcile',
  command: ({ connection }) => `trueup reconcile ${connection}`,
  state: async ({ connection }, { deps: { ledger, clock, queue } }) => {
    const since = new Date(clock.now() - dayMs).toISOString();
    const [last, [asked]] = await Promise.all([
      ledger.lastReport(connection),
      ledger.history(connection, { since, limit: 1, matches: ({ kind }) => kind === 'reconcile' }),
    ]);
    const shown = lines([
      last ? `last pass ${shownTime(last.startedAt)} by ${last.trigger}` : 'no pass yet',
      ...(asked?.kind === 'reconcile'
        ? [`a pass was asked for ${shownTime(asked.at)} by ${shownCaller(asked.by)}`]
        : []),
    ]);
    return {
      key: [last?.pass ?? null, asked?.at ?? null],
      shown,
      ...(queue === noQueue && {
        idle: 'There are no deployed functions. Use Retry to make a pass.',
      }),
    };
  },
  run: async ({ connection }, _filled, { deps }, _world, by) => {
    await askForPass(connection, by, deps);
    return `The functions were asked for a pass over ${connection}. The pass is the same as on schedule.`;
  },
};

const approveHeld: Act = {
  title: 'Approve',
  command: ({ connection, digest = '' }) => `trueup approve ${connection} ${digest}`,
  state: (subject, target) => heldState(subject, target),
  run: async ({ connection, digest = '' }, _filled, { deps }, _world, by) => {
    const { hashes } = await approve(connection, digest, deps, by);
    return `Approved ${counted(hashes.length, 'change')} of ${connection} for 24 hours; the next pass sends them, except those of servers in mode report.`;
  },
};

async function heldState(
  { connection, digest = '' }: Subject,
  { deps: { ledger, clock } }: ConsoleTarget,
): Promise<ActState> {
  const [held, approvals, last] = await Promise.all([
    ledger.held(connection, digest),
    ledger.approvals(connection, clock.now()),
    ledger.lastReport(connection),
  ]);
  if (!held) throw new ActRefused(`${connection} no longer holds the plan ${digest.slice(0, 12)}.`);
  const approval = approvals.find((one) => one.digest === digest);
  const isOver =
    last?.scope === 'all' &&
    last.state === 'ok' &&
    last.held !== digest &&
    last.startedAt > held.at;
  const shown = html`${
    approval
      ? html`<p>
          Approved
          ${shownTime(approval.at)}${approval.by === undefined ? '' : ` by ${shownCaller(approval.by)}`}.
        </p>`
      : ''
  }
  ${
    isOver
      ? html`<p class="warn">
          The last pass no longer held it: it was sent or undone, or is part of another plan.
        </p>`
      : ''
  }
  ${heldDiff(held, 'h3')}`;
  return {
    key: [digest, approval?.at ?? null, last?.held ?? null],
    shown,
    ...(approval && { idle: 'It is approved already.' }),
  };
}

export const acts: Readonly<Record<ActName, Act>> = {
  reconcile,
  pause,
  resume,
  approve: approveHeld,
  retry,
};
