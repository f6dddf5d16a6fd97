import type { demo as tell } from '../../../demo/demo.ts';
import type { ServedConsole } from '../../console/serve.ts';
import { defineCommand } from '../command.ts';
import type { CommandContext } from '../context.ts';
import { usageError } from '../errors/cli-error.ts';
import { exitCodes } from '../errors/exit-codes.ts';
import { explain } from '../errors/explain.ts';
import { idleMs, openConsole, openedTwice } from '../open-console.ts';
import { requireRepository } from '../repository.ts';

interface DemoOptions {
  readonly console?: boolean;
  readonly browser: boolean;
}

export const demoCommand = defineCommand<DemoOptions>({
  description:
    'Shows Trueup at work from end to end, with AWS services and gateways that are embedded and listen on loopback: nothing outside this machine is called. With --console it also opens the console on that world, and goes on in rounds: drift appears, and a pass puts it right, until Ctrl-C. Needs a clone of the repository.',
  examples: [
    { line: 'trueup demo', does: 'shows it step by step' },
    { line: 'trueup demo --console', does: 'and in the browser, where drift appears and goes' },
  ],
  configure: (command) => {
    command
      .option('--console', 'opens the console on it, and goes on until Ctrl-C')
      .option('--no-browser', 'with --console: opens no browser');
  },
  run: async (context, _operands, { console: isBeside = false, browser }) => {
    requireRepository('demo');
    const { output, options } = context;
    const isJson = options.output === 'json';
    if (isBeside && isJson) {
      throw usageError(
        'demo --console does not end by itself, so it prints no JSON',
        'leave out -o',
      );
    }
    const { demo } = await import('../../../demo/demo.ts');
    if (isBeside) await besideConsole(context, browser, demo);
    else await demo(output, isJson);
    return exitCodes.ok;
  },
});

/** Until Ctrl-C, or until the console was not looked at for an hour. */
async function besideConsole(
  context: CommandContext,
  browser: boolean,
  demo: typeof tell,
): Promise<void> {
  const { output, next, stop, wiring } = context;
  const ended = new AbortController();
  let isTwice = false;
  const over = AbortSignal.any([stop, ended.signal]);
  const untilItEnds = async (served: ServedConsole) => {
    isTwice = (await served.ended(idleMs)) === 'opened-twice';
    ended.abort();
  };
  try {
    await demo(output, false, {
      stop: over,
      clock: wiring.clock,
      open: async (deps) => {
        const target = {
          deps,
          connections: async () => (await Array.fromAsync(deps.desired.connections())).toSorted(),
          isRows: true,
        };
        const world = {
          name: 'the demo',
          target: async () => target,
          caller: async () => 'demo',
          passes: 'on schedule',
          next,
          explain: (error: unknown) => explain(error, { next }),
          isWriting: false,
          clock: deps.clock,
          uuid: deps.uuid,
          stop: over,
          behind: () => undefined,
        };
        const served = await openConsole(context, world, { port: 0, browser });
        output.say('It only reads. Ctrl-C ends it.');
        void untilItEnds(served);
        return served;
      },
    });
    if (isTwice) throw openedTwice();
  } finally {
    ended.abort();
  }
}
