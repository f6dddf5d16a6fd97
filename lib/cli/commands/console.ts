import { randomUUID } from 'node:crypto';
import { InvalidArgumentError, Option } from 'commander';
import type { ConsoleWorld } from '../../console/console.types.ts';
import { defineCommand } from '../command.ts';
import type { CommandContext } from '../context.ts';
import { interrupted } from '../errors/cli-error.ts';
import { exitCodes } from '../errors/exit-codes.ts';
import { explain } from '../errors/explain.ts';
import { idleMs, openConsole, openedTwice } from '../open-console.ts';
import { milliseconds } from '../option-values.ts';
import { currentTarget } from '../targets/current-target.ts';
import type { Target } from '../targets/target.ts';

interface ConsoleOptions {
  readonly port: number;
  readonly write?: boolean;
  readonly idle: number;
  readonly browser: boolean;
}

export const consoleCommand = defineCommand<ConsoleOptions>({
  description:
    'Shows the fleet in a browser on this machine, with your own rights: connections, servers, plans and history. It listens on 127.0.0.1 only, and the address that it prints works once. Viewing pages never starts a pass, and only pages that say so call a gateway. With --write its forms reconcile, pause, resume, approve and retry. It stops on Ctrl-C, or after an hour without a request.',
  examples: [
    { line: 'trueup console --stack trueup-prod', does: 'a deployed stack, read-only' },
    {
      line: 'trueup console --file trueup.yaml --write --port 8080',
      does: 'files, with forms that make changes',
    },
  ],
  configure: (command) => {
    command
      .option('--write', 'enables forms that make changes. Defaults to read-only')
      .addOption(
        new Option('--port <number>', 'port of 127.0.0.1')
          .argParser(portNumber)
          .default(0, 'a free one'),
      )
      .addOption(
        new Option('--idle <time>', 'stops after this time without a request')
          .argParser(milliseconds)
          .default(idleMs, '1h'),
      )
      .option('--no-browser', 'does not open a browser');
  },
  run: async (context, _operands, { port, write = false, idle, browser }) => {
    const { output, stop } = context;
    const target = await context.target();
    const ended = new AbortController();
    const over = AbortSignal.any([stop, ended.signal]);
    const serving = write ? target.serve?.(over) : undefined;
    const behind = new Set<Promise<unknown>>();
    const world = worldOf(context, target, write, over, behind);
    try {
      await known(target, stop);
      const served = await openConsole(context, world, { port, browser });
      try {
        output.say(
          write
            ? 'Its forms act with your permissions. Press Ctrl-C to stop it.'
            : 'Read-only; pass --write to enable forms. Press Ctrl-C to stop it.',
        );
        const end = await served.ended(idle);
        if (end === 'idle') output.say('The console has stopped because there were no requests.');
        if (end === 'opened-twice') throw openedTwice();
      } finally {
        ended.abort();
        await served.close();
      }
    } finally {
      ended.abort();
      await Promise.allSettled([...behind, serving]);
    }
    return exitCodes.ok;
  },
});

function portNumber(text: string): number {
  if (/^[1-9]\d{0,4}$/.test(text) && Number(text) <= 65_535) return Number(text);
  throw new InvalidArgumentError('It must be a number from 1 to 65535.');
}

function worldOf(
  { next, output }: CommandContext,
  target: Target,
  isWriting: boolean,
  stop: AbortSignal,
  behind: Set<Promise<unknown>>,
): ConsoleWorld {
  const { clock } = target.deps;
  const current = currentTarget(target);
  return {
    name: target.name,
    target: async () => {
      const { deps, connections, kind } = await current();
      return { deps, connections, isRows: kind !== 'files' };
    },
    caller: target.caller,
    passes: target.files ? 'when `trueup watch` or `trueup apply` makes it' : 'on schedule',
    next,
    explain: (error) => explain(error, { next }),
    isWriting,
    clock,
    uuid: randomUUID,
    stop,
    behind: (work) => {
      const done = work
        .catch((error: unknown) => {
          for (const line of explain(error, { next, columns: output.notePaint.columns }).lines) {
            output.note(line);
          }
        })
        .finally(() => behind.delete(done));
      behind.add(done);
    },
  };
}

/** Fails at once if nothing can be read, like all commands. @throws StoreError, or CliError if it was stopped */
async function known(target: Target, stop: AbortSignal): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const leave = () => reject(interrupted());
    stop.addEventListener('abort', leave, { once: true });
    target
      .connections()
      .then(() => resolve(), reject)
      .finally(() => stop.removeEventListener('abort', leave));
    if (stop.aborted) leave();
  });
}
