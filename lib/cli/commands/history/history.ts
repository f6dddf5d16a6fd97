import { connectionNameSchema } from '../../../model/names/connection-name.ts';
import { mapLimited } from '../../../pass/limited.ts';
import { defineCommand } from '../../command.ts';
import { exitCodes } from '../../errors/exit-codes.ts';
import { interrupted, usageError } from '../../errors/cli-error.ts';
import type { Output } from '../../output/output.ts';
import { splitName } from '../../targets/select.ts';
import type { Target } from '../../targets/target.ts';
import { ago, moment } from '../../times.ts';
import type { Moment } from '../../times.ts';
import { readHistory } from '../../../pass/history/read-history.ts';
import type { Place } from '../../../pass/history/read-history.ts';
import { renderRecord } from './render-history.ts';

interface HistoryOptions {
  readonly since?: Moment;
  readonly connection?: string;
  readonly by?: string;
  readonly pass?: string;
  readonly limit: number;
}

const atOnce = 8;

export const history = defineCommand<HistoryOptions>({
  description:
    'Shows what was done and by whom, newest first: changes of servers with the values before and after (secrets as version ids), cause and pass; approvals, pauses, retries, requested passes, sign-ins and pushes. For a change in an unattended pass it also shows who declared it: the caller of `push`, or unknown if another tool wrote the row. Records are kept for 90 days.',
  examples: [
    { line: 'trueup history --since 7d --stack trueup-prod', does: 'the last week' },
    {
      line: 'trueup history acme-prod/salesforce-prod --stack trueup-prod -o json',
      does: 'one server, for a script',
    },
  ],
  configure: (command) => {
    command
      .argument('[name]', 'CONNECTION, CONNECTION/SERVER by label or id, or SERVER alone')
      .option('--connection <name>', 'only this connection, declared or not')
      .option('--since <time>', 'a duration (7d), a day or a time', moment)
      .option('--by <person>', 'only records of a user (any part of the name) or a trigger')
      .option('--pass <id>', 'only changes of this pass: its id or the first characters of it')
      .option('--limit <number>', 'the newest records, at most this many', limit, 100);
  },
  run: async (context, [name], options) => {
    const { output, stop } = context;
    const { since, by, pass, limit: most } = options;
    const target = await context.target();
    const from = since && new Date(ago(since, target.deps.clock.now())).toISOString();
    const places = await placesOf(target, options.connection, name);
    const historyOf = { ...target.deps, isRows: target.kind !== 'files' };
    const wanted = { since: from, by, pass, limit: most + 1 };
    const found = await mapLimited(places, atOnce, stop, (place) =>
      readHistory(historyOf, place, wanted),
    );
    if (!found) throw interrupted();
    const all = found
      .flatMap(({ records }) => records)
      .toSorted((a, b) => Number(a.at < b.at) - Number(a.at > b.at));
    const records = all.slice(0, most);
    const isFiltered = since !== undefined || by !== undefined || pass !== undefined;
    if (all.length === 0 && !isFiltered && found.every(({ isDeclared }) => !isDeclared)) {
      sayNoHistory(name, target, output);
    }
    const more = all.length > records.length;
    if (context.options.output === 'json') {
      output.data({ version: 1, records, more });
    } else {
      const blocks = records.map((record) => renderRecord(record, output.paint));
      output.result(blocks.length === 0 ? 'No records.' : blocks.join('\n\n'));
      if (more) output.say(`There are older records: pass --limit ${10 * most}, or --since TIME`);
    }
    return exitCodes.ok;
  },
});

/** @throws CliError for a name that is not valid */
async function placesOf(
  target: Target,
  connection: string | undefined,
  name: string | undefined,
): Promise<readonly Place[]> {
  if (connection !== undefined) {
    if (connectionNameSchema.safeParse(connection).success) return [{ connection, server: name }];
    throw usageError(
      'the value of --connection is not a valid connection name',
      '`trueup status` lists the connections',
    );
  }
  const known = await target.connections();
  const named = name === undefined ? undefined : splitName(name);
  if (named && known.includes(named.connection)) return [named];
  return known.map((one) => ({ connection: one, server: name }));
}

const mostAtOnce = 100_000;

function limit(text: string): number {
  const number = Number(text);
  if (/^[1-9]\d*$/.test(text) && number <= mostAtOnce) return number;
  throw usageError(
    `--limit must be a number from 1 to ${mostAtOnce}`,
    'write a number: --limit 500',
  );
}

/** @throws CliError if no connection or server has, or recently had, this name */
function sayNoHistory(name: string | undefined, { name: whole }: Target, { say }: Output): void {
  if (name !== undefined) {
    throw usageError(
      `no declared connection or server is called '${name}', and the history has no record of one`,
      '`trueup status CONNECTION` lists the servers of a connection; --connection NAME is for one that is no longer declared',
    );
  }
  say(
    `${whole} declares no connection; for one that is no longer declared, pass --connection NAME`,
  );
}
