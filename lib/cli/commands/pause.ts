import { longestReason } from '../../model/pause.ts';
import { plainText } from '../../model/text/plain-text.ts';
import { shownTime } from '../../model/text/shown-time.ts';
import { usageError } from '../errors/cli-error.ts';
import { stopsWithinMs } from '../../pass/apply/stops.ts';
import { defineCommand } from '../command.ts';
import { exitCodes } from '../errors/exit-codes.ts';
import { shellWord } from '../../model/text/shell-word.ts';
import { findNamed } from '../targets/find-named.ts';
import { ahead, moment } from '../times.ts';
import type { Moment } from '../times.ts';

interface PauseOptions {
  readonly until?: Moment;
  readonly reason?: string;
}

export const pause = defineCommand<PauseOptions>({
  description:
    'Pauses changes of a connection or a server until it is resumed: passes still list the servers, but change nothing. The pause is stored in the ledger, so a push does not end it; `status` and `plan` show it.',
  examples: [
    {
      line: 'trueup pause acme-prod --until 2h --reason "gateway maintenance" --stack trueup-prod',
      does: 'a whole connection, for two hours',
    },
    {
      line: 'trueup pause acme-prod/salesforce-prod --stack trueup-prod',
      does: 'one server, until `trueup resume`',
    },
  ],
  configure: (command) => {
    command
      .argument('<name>', 'CONNECTION, or CONNECTION/SERVER by label or id')
      .option('--until <time>', 'a duration (2h, 7d), a day or a time. Defaults to no end', moment)
      .option('--reason <text>', 'the reason, which `status` and `plan` show');
  },
  run: async (context, [name = ''], { until, reason = '' }) => {
    const { options, output } = context;
    const target = await context.target();
    const { ledger, clock } = target.deps;
    const now = clock.now();
    const over = until && ahead(until, now);
    if (over !== undefined && over <= now) {
      throw usageError('--until is in the past', 'pass a time in the future, or a duration');
    }
    const why = plainText(reason, longestReason).trim();
    const found = await findNamed(target, name);
    const by = await target.caller();
    const ends = over === undefined ? undefined : new Date(over).toISOString();
    const made = {
      at: new Date(now).toISOString(),
      ...(ends !== undefined && { until: ends }),
      ...(why !== '' && { reason: why }),
      by,
    };
    for (const { connection, id } of found) {
      // oxlint-disable-next-line no-await-in-loop
      await ledger.pause(connection, { ...made, ...(id !== undefined && { id }) });
    }
    if (options.output === 'json') {
      output.data({ version: 1, pauses: found.map((one) => ({ ...one, ...made })) });
    }
    const resume = `\`trueup resume ${shellWord(name)}\``;
    output.say(
      ends === undefined
        ? `Paused ${name}; ${resume} ends it.`
        : `Paused ${name} until ${shownTime(ends)}; ${resume} ends it earlier.`,
    );
    const stopped = new Date(clock.now() + stopsWithinMs).toISOString().slice(11, 19);
    output.say(`A running pass starts no update of it after ${stopped} UTC.`);
    return exitCodes.ok;
  },
});
