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
    'Shows Trueup end to end, with embedded AWS services and gateways on loopback; nothing outside this machine is called. With --console it also opens the console, and continues in rounds until Ctrl-C: drift appears, and a pass corrects it. Needs a clone of the repository.',
  examples: [
    { line: 'trueup demo', does: 'shows it step by step' },
    {
      line: 'trueup demo --console',
      does: 'also shows it in the browser, where drift appears and is corrected',
    },
  ],
  configure: (command) => {
    command
      .option('--console', 'also opens the console, and continues until Ctrl-C')
      .option('--no-browser', 'with --console: does not open a browser');
  },
  run: async (context, _operands, { console: isBeside = false, browser }) => {
    requireRepository('demo');
    const { output, options } = context;
    const isJson = options.output === 'json';
    if (isBeside && isJson) {
      throw usageError(
        'demo --console does not end by itself, so it cannot print JSON',
        'leave out -o',
      );
    }
    const { demo } = await import('../../../demo/demo.ts');
    if (isBeside) await besideConsole(context, browser, demo);
    else await demo(output, isJson);
    return exitCodes.ok;
  },
});

/** Runs until Ctrl-C, or until the console has had no request for an hour. */
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
        output.say('Read-only. Press Ctrl-C to stop it.');
        void untilItEnds(served);
        return served;
      },
    });
    if (isTwice) throw openedTwice();
  } finally {
    ended.abort();
  }
}
