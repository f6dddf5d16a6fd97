import { CommanderError } from 'commander';
import type { NextCommand } from '../model/text/next-command.types.ts';
import type { WiringOptions } from '../wiring.ts';
import type { CommandContext } from './context.ts';
import { usageError } from './errors/cli-error.ts';
import { exitCodes } from './errors/exit-codes.ts';
import type { ExitCode } from './errors/exit-codes.ts';
import { explain } from './errors/explain.ts';
import { completed, nextCommand } from './next-command.ts';
import { createOutput } from './output/output.ts';
import type { Output } from './output/output.ts';
import type { Sink } from './output/sink.ts';
import { createProgram } from './program.ts';
import type { Runner } from './program.ts';
import { readCliSettings } from './settings.ts';
import type { CliSettings } from './settings.ts';
import { openTarget } from './targets/open-target.ts';
import type { Target } from './targets/target.ts';

/** The process around the command line, or a test's. */
export interface CliWorld {
  readonly stdout: Sink;
  readonly stderr: Sink;
  /** Aborts at the first Ctrl-C. */
  readonly stop: AbortSignal;
  /** Asks at the terminal; resolves with undefined where it cannot ask: not a terminal. */
  readonly ask: (question: string) => Promise<string | undefined>;
  readonly cwd: string;
  readonly settings?: CliSettings;
  readonly now?: () => number;
  /** Endpoints, a clock: tests only. */
  readonly wiring?: WiringOptions;
}

/** Runs one command line. Never throws: every error becomes a message with the next step, and an exit code. */
export async function runCli(argv: readonly string[], world: CliWorld): Promise<ExitCode> {
  const { settings = readCliSettings() } = world;
  const colourless = { ...settings, noColor: true, forceColor: false };
  let output = createOutput(world.stdout, world.stderr, settings);
  const wipe = () => output.wipe();
  world.stop.addEventListener('abort', wipe);
  let exitCode: ExitCode = exitCodes.ok;
  let next: NextCommand = (line) => line;
  const run: Runner = async (definition, options, operands, own) => {
    const opened: Promise<Target>[] = [];
    if (options.color === false) output = createOutput(world.stdout, world.stderr, colourless);
    next = nextCommand(options);
    const context: CommandContext = {
      options,
      settings,
      output: { ...output, say: (text, style) => output.say(completed(text, next), style) },
      next,
      stop: world.stop,
      ask: world.ask,
      now: world.now ?? Date.now,
      cwd: world.cwd,
      wiring: world.wiring ?? {},
      target: async (only) => {
        const opening = openTarget(context, only);
        opened.push(opening);
        return opening;
      },
    };
    try {
      if (options.output === 'markdown' && !definition.markdown) throw noMarkdown();
      exitCode = await definition.run(context, operands, own);
    } finally {
      const targets = await Promise.allSettled(opened);
      const open = targets.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
      await Promise.all(open.map((target) => target.close()));
    }
    return exitCode;
  };
  const program = createProgram(run, {
    writeOut: (text) => void world.stdout.write(text),
    writeErr: (text) => void world.stderr.write(text),
  });
  try {
    await program.parseAsync([...argv], { from: 'user' });
    return exitCode;
  } catch (error) {
    return failed(error, output, next);
  } finally {
    output.progress('');
    world.stop.removeEventListener('abort', wipe);
  }
}

function failed(error: unknown, output: Output, next: NextCommand): ExitCode {
  // Commander has said what is wrong with the command line, or shown its help.
  if (error instanceof CommanderError) {
    return error.exitCode === 0 ? exitCodes.ok : exitCodes.invalid;
  }
  const { lines, exitCode } = explain(error, next);
  for (const [index, line] of lines.entries()) {
    output.note(index === 0 ? output.notePaint(line, 'error') : line);
  }
  return exitCode;
}

function noMarkdown(): Error {
  return usageError('only plan and approve print Markdown', 'say -o json, or leave it out');
}
