import type { HeldPlan } from '../../reconcile/ports/ledger.ts';
import { renderPlanDocument } from '../../core/render-json.ts';
import { counted } from '../../core/render-guard.ts';
import { renderPlansMarkdown } from '../../core/render-markdown.ts';
import { shownTime } from '../../core/shown-time.ts';
import { renderPlan } from '../../core/render-text.ts';
import { approve as approveHeld, findHeld } from '../../reconcile/approve.ts';
import { usageError } from '../cli-error.ts';
import { defineCommand } from '../command.ts';
import type { CommandContext } from '../context.ts';
import { exitCodes } from '../exit-codes.ts';

export const approve = defineCommand<{ yes?: boolean }>({
  description:
    'Shows what the guard holds, asks, and lets the unattended passes apply just that for 24 hours. What is not in it is guarded anew; in mode report nothing is sent all the same.',
  examples: [
    {
      line: 'trueup approve acme-barndoor 5f2a91c07be4 --stack trueup-prod',
      does: 'what a plan, a report or an event named by this digest',
    },
    {
      line: 'trueup approve acme-barndoor 5f2a91c07be4 --stack trueup-prod --yes',
      does: 'without a question, after it was reviewed elsewhere',
    },
  ],
  configure: (command) => {
    command
      .argument('<connection>', 'the connection')
      .argument('<digest>', 'digest of the held plan, at least eight characters of it')
      .option('--yes', 'no question');
  },
  run: async (context, [connection = '', digest = ''], { yes = false }) => {
    const { output, settings, stop } = context;
    const { deps } = await context.target();
    const held = await findHeld(connection, digest.toLowerCase(), deps);
    show(context, held);
    if (!yes) {
      const answer = await context.ask("Approve these changes? Only 'yes' counts: ");
      if (stop.aborted) {
        output.note('interrupted; nothing was approved');
        return exitCodes.interrupted;
      }
      if (answer === undefined) throw usageError('nobody is there to confirm it', 'say --yes');
      if (answer.trim() !== 'yes') {
        output.note('Nothing was approved.');
        return exitCodes.failed;
      }
    }
    const approved = await approveHeld(connection, held.digest, deps, settings.user);
    output.say(
      `Approved ${counted(approved.hashes.length, 'change')} of ${connection} for 24 hours; the next pass sends them.`,
    );
    return exitCodes.ok;
  },
});

function show({ next, options, output }: CommandContext, { plan, at }: HeldPlan): void {
  output.note(`Held since ${shownTime(at)}:`);
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
