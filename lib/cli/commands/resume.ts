import type { Pause } from '../../model/ledger.types.ts';
import { connectionNameSchema } from '../../model/names/connection-name.ts';
import { isPauseOf } from '../../model/pause.ts';
import { defineCommand } from '../command.ts';
import { exitCodes } from '../errors/exit-codes.ts';
import { findNamed } from '../targets/find-named.ts';
import { splitName } from '../targets/select.ts';
import type { Named } from '../targets/find-named.ts';
import type { Target } from '../targets/target.ts';

export const resume = defineCommand({
  description:
    'Ends a pause. The next pass finds what changed meanwhile, and the guard counts it as usual. Pauses of a connection and of its servers are separate.',
  examples: [
    { line: 'trueup resume acme-prod --stack trueup-prod', does: 'a whole connection' },
    {
      line: 'trueup resume acme-prod/salesforce-prod --stack trueup-prod',
      does: 'one server',
    },
  ],
  configure: (command) => {
    command.argument('<name>', 'CONNECTION, or CONNECTION/SERVER by label or id');
  },
  run: async (context, [name = '']) => {
    const { options, output } = context;
    const target = await context.target();
    const { ledger, clock } = target.deps;
    const by = await target.caller();
    const at = new Date(clock.now()).toISOString();
    const [found, pauses] = await pausedBy(target, name);
    const ended: object[] = [];
    for (const { connection, id } of found) {
      const own = pauses.filter((pause) => isNamed(pause, id));
      for (const pause of own) {
        // oxlint-disable-next-line no-await-in-loop
        await ledger.resume(connection, {
          ...(pause.id !== undefined && { id: pause.id }),
          at,
          by,
        });
        ended.push({ connection, ...pause });
      }
      output.say(own.length > 0 ? `Resumed ${name}.` : `${name} was not paused.`);
      const still = pauses.some((pause) => pause.id === undefined);
      if (id !== undefined && still) {
        output.say(`Its connection is still paused; \`trueup resume ${connection}\` ends that.`);
      }
    }
    if (options.output === 'json') output.data({ version: 1, pauses: ended });
    const own = pauses.filter(({ id }) => id !== undefined).length;
    if (splitName(name).server === undefined && own > 0) {
      output.say(
        `${own} of its servers are paused separately; \`trueup status ${name}\` lists them.`,
      );
    }
    return exitCodes.ok;
  },
});

/** Whether the pause is for the server (in any spelling of its id), or for the connection if there is no id. */
function isNamed(pause: Pause, id: string | undefined): boolean {
  return id === undefined ? pause.id === undefined : isPauseOf(pause, id);
}

/** The named connection or server, which may be paused but no longer declared. */
async function pausedBy(
  target: Target,
  name: string,
): Promise<readonly [readonly Named[], readonly Pause[]]> {
  const { connection, server } = splitName(name);
  const known = connectionNameSchema.safeParse(connection).success;
  const pauses = known ? (await target.deps.ledger.read(connection)).pauses : [];
  if (pauses.some((pause) => isNamed(pause, server))) {
    return [[{ connection, ...(server !== undefined && { id: server }) }], pauses];
  }
  return [await findNamed(target, name), pauses];
}
