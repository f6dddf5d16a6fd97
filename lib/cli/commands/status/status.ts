import { defineCommand } from '../../command.ts';
import { exitCodes, findingsOf, mostSevere } from '../../errors/exit-codes.ts';
import type { Finding } from '../../errors/exit-codes.ts';
import { outcomeCounts } from '../../../model/outcome.ts';
import { mapLimited } from '../../../pass/limited.ts';
import { interrupted } from '../../errors/cli-error.ts';
import { nameOperand, select } from '../../targets/select.ts';
import { readStatus } from '../../../pass/status/read-status.ts';
import { isFailing } from '../../../pass/status/words.ts';
import { renderStatus } from './render-status.ts';
import type { ConnectionStatus } from '../../../pass/status/status.types.ts';

const atOnce = 8;

export const status = defineCommand<{ failing?: boolean; exitCode?: boolean }>({
  description:
    'Shows the state in the ledger: connections with their state and pauses, servers by outcome, since when, why, and when they are tried next; and fields that were corrected three times or more within a day, because another tool or user changes them. Does not call gateways; use `trueup plan` for that.',
  examples: [
    { line: 'trueup status --stack trueup-prod', does: 'all connections, and failing servers' },
    {
      line: 'trueup status acme-prod --stack trueup-prod --failing -o json',
      does: 'the failing servers of one connection, for a script',
    },
  ],
  configure: (command) => {
    command
      .argument('[name...]', `${nameOperand}; what is named is listed with all its servers`)
      .option('--failing', 'only what needs attention')
      .option('--exit-code', 'exits with 1 if something needs attention, 4 if held');
  },
  run: async (context, operands, { failing = false, exitCode = false }) => {
    const { next, options, output, stop } = context;
    const target = await context.target();
    const selections = await select(target, operands);
    const found = await mapLimited(selections, atOnce, stop, async ({ connection, servers }) =>
      ofServers(await readStatus(connection, target.deps), servers),
    );
    if (!found) throw interrupted();
    const code = exitCode ? mostSevere(found.flatMap(findingsIn)) : exitCodes.ok;
    const connections = failing ? found.filter(isToShow) : found;
    if (options.output === 'json') {
      const shown = connections.map((one) => (failing ? onlyFailing(one) : one));
      output.data({ version: 1, connections: shown });
      return code;
    }
    const listing = failing ? 'failing' : operands.length > 0 ? 'all' : 'some';
    const blocks = connections.map((one) => renderStatus(one, listing, output.paint, next));
    output.result(blocks.length === 0 ? 'Nothing is failing.' : blocks.join('\n\n'));
    return code;
  },
});

/** Only the named servers; counts and the rest are of the whole connection. */
function ofServers(one: ConnectionStatus, ids?: readonly string[]): ConnectionStatus {
  return ids ? { ...one, servers: one.servers.filter(({ id }) => ids.includes(id)) } : one;
}

/** Findings for the exit code, of the shown servers. */
function findingsIn({ state, servers }: ConnectionStatus): readonly Finding[] {
  if (state !== 'ok' && state !== 'unseen') return [exitCodes.failed];
  const seen = servers.flatMap(({ outcome }) => (outcome === 'unseen' ? [] : [outcome]));
  const fights = servers.some((server) => server.fights) ? [exitCodes.failed] : [];
  return [...fights, ...findingsOf(outcomeCounts(seen))];
}

function isToShow({ state, servers }: ConnectionStatus): boolean {
  return (state !== 'ok' && state !== 'unseen') || servers.some(isFailing);
}

function onlyFailing(one: ConnectionStatus): ConnectionStatus {
  return { ...one, servers: one.servers.filter(isFailing) };
}
