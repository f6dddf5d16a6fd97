import type { Dependencies } from '../../pass/dependencies.types.ts';
import type { HeldPlan } from '../../ledger/ledger.types.ts';
import { heldHashes } from '../../plan/guard.ts';
import { renderPlanDocument } from '../../plan/text/render-json.ts';
import { counted } from '../../plan/text/render-guard.ts';
import { renderPlansMarkdown } from '../../plan/text/render-markdown.ts';
import { shownTime } from '../../model/text/shown-time.ts';
import { renderPlan } from '../../plan/text/render-text.ts';
import {
  ApprovalError,
  approve as approveHeld,
  approvePlanned,
  findHeld,
  findPlanned,
} from '../../pass/approve.ts';
import { TrueupError } from '../../model/errors/errors.ts';
import { CliError, usageError } from '../errors/cli-error.ts';
import { defineCommand } from '../command.ts';
import type { CommandContext } from '../context.ts';
import { exitCodes } from '../errors/exit-codes.ts';
import type { Output } from '../output/output.ts';

export const approve = defineCommand<{ yes?: boolean }>({
  description:
    'Shows what the guard holds, or would hold now, asks for confirmation, and lets unattended passes apply exactly those changes for 24 hours. The guard still checks all other changes. In mode report nothing is sent.',
  examples: [
    {
      line: 'trueup approve acme-prod 5f2a91c07be4 --stack trueup-prod',
      does: 'the changes that a plan, a report or an event shows with this digest',
    },
    {
      line: 'trueup approve acme-prod 5f2a91c07be4 --stack trueup-prod --yes',
      does: 'without a confirmation, after a review elsewhere',
    },
  ],
  markdown: true,
  configure: (command) => {
    command
      .argument('<connection>', 'the connection')
      .argument('<digest>', 'the first 8 or more characters of the digest of the held plan')
      .option('-y, --yes', 'skips the confirmation');
  },
  run: async (context, [connection = '', digest = ''], { yes = false }) => {
    const { output, stop } = context;
    const { deps, caller, files } = await context.target();
    const { held, isRecorded } = await find(connection, digest.toLowerCase(), deps, context);
    if (stop.aborted) throw interruptedBefore();
    show(context, held, isRecorded);
    if (isRecorded) await warnIfNotHeld(connection, held, deps, output);
    if (!yes) {
      const answer = await context.ask("Approve these changes? Type 'yes' to confirm: ");
      if (stop.aborted) {
        output.note('interrupted; nothing was approved');
        return exitCodes.interrupted;
      }
      if (answer === undefined)
        throw usageError('Confirmation required, but this is not a terminal', 'pass --yes');
      if (answer.trim() !== 'yes') {
        output.note('Nothing was approved.');
        return exitCodes.failed;
      }
    }
    const by = await caller();
    if (isRecorded) await approveHeld(connection, held.digest, deps, by);
    else await approvePlanned(connection, held, deps, by);
    output.say(
      `Approved ${counted(held.hashes.length, 'change')} of ${connection} for 24 hours; ${whoSends(held, connection, files !== undefined)}.`,
    );
    return exitCodes.ok;
  },
});

const interruptedBefore = () =>
  new CliError('interrupted', 'interrupted; nothing was approved', 'run it again', {
    exitCode: exitCodes.interrupted,
  });

interface Found {
  readonly held: HeldPlan;
  /** False if no pass has held it yet. */
  readonly isRecorded: boolean;
}

/** The plan that a pass has held, or that the next pass would hold. */
async function find(
  connection: string,
  digest: string,
  deps: Dependencies,
  { output, stop }: CommandContext,
): Promise<Found> {
  try {
    return { held: await findHeld(connection, digest, deps), isRecorded: true };
  } catch (error) {
    if (!(error instanceof ApprovalError) || error.code !== 'not-held') throw error;
    output.progress(`reading ${connection}`);
    const held = await findPlanned(connection, digest, deps, stop).catch((failure: unknown) => {
      if (stop.aborted) throw interruptedBefore();
      if (!(failure instanceof TrueupError)) throw failure;
      // It is not held. Whether it would be held now is unknown.
      return undefined;
    });
    output.progress('');
    if (!held) throw error;
    return { held, isRecorded: false };
  }
}

/** Warns if the plan is no longer held: it is stored for a week, even after it was sent or reverted. */
async function warnIfNotHeld(
  connection: string,
  { digest, at, plan }: HeldPlan,
  { ledger }: Dependencies,
  { say }: Output,
): Promise<void> {
  const last = await ledger.lastReport(connection);
  if (!last || last.held === digest || last.startedAt <= at) return;
  // A pass over some servers, one without a plan, and one in mode `report` do not show whether it is held.
  const isReported = plan.changes.some(
    ({ outcome, mode }) => outcome === 'held' && mode === 'report',
  );
  if (last.scope !== 'all' || last.state !== 'ok' || isReported) return;
  const what =
    'the last pass no longer held it: it was sent or reverted, or is part of another plan';
  say(`warning: ${what} (${shownTime(last.startedAt)})`, 'warn');
}

/** @param isFiles - whether there are no functions, whose passes would send it */
function whoSends({ plan }: HeldPlan, connection: string, isFiles: boolean): string {
  const held = plan.changes.filter(({ changes }) => changes.some((change) => change.held));
  const reported = held.filter(({ mode }) => mode === 'report').length;
  const sends = isFiles
    ? `the next pass of \`trueup watch\`, or \`trueup apply ${connection} --yes\`, sends them`
    : 'the next pass sends them';
  if (reported === 0) return sends;
  const apply = `\`trueup apply ${connection}\``;
  return reported === held.length
    ? `in mode report nothing is sent until ${apply}`
    : `${sends}, except those in mode report: ${apply}`;
}

function show(
  { next, options, output }: CommandContext,
  { plan, at, hashes }: HeldPlan,
  isRecorded: boolean,
): void {
  output.note(isRecorded ? `Held since ${shownTime(at)}:` : 'The next pass would hold:');
  const shown = heldHashes(plan.changes).length;
  if (shown < hashes.length) {
    output.note(`The first ${counted(shown, 'change')} of ${hashes.length} are shown.`);
  }
  switch (options.output) {
    case 'json':
      output.result(renderPlanDocument({ version: 1, plans: [plan] }));
      break;
    case 'markdown':
      output.result(renderPlansMarkdown([plan], next));
      break;
    case 'text':
      output.result(renderPlan(plan, output.paint, next));
      break;
  }
}
