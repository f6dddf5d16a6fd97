import { CommanderError } from 'commander';
import type { NextCommand } from '../model/text/next-command.types.ts';
import type { WiringOptions } from '../wiring.ts';
import type { CommandContext } from './context.ts';
import { interrupted, usageError } from './errors/cli-error.ts';
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
  /** Aborts on the first Ctrl-C. */
  readonly stop: AbortSignal;
  /** Asks the user; resolves with undefined if this is not a terminal. */
  readonly ask: (question: string) => Promise<string | undefined>;
  readonly cwd: string;
  readonly settings?: CliSettings;
  readonly now?: () => number;
  /** Endpoints and a clock, for tests. */
  readonly wiring?: WiringOptions;
}

/** Runs one command line. Never throws: errors become a message with the next step, and an exit code. */
export async function runCli(argv: readonly string[], world: CliWorld): Promise<ExitCode> {
  const { settings = readCliSettings() } = world;
  const colourless = { ...settings, noColor: true, forceColor: false };
  let output = createOutput(world.stdout, world.stderr, settings);
  const wipe = () => output.wipe();
  world.stop.addEventListener('abort', wipe);
  let exitCode: ExitCode = exitCodes.ok;
  let next: NextCommand = (line) => line;
  let running: string | undefined;
  const run: Runner = async (definition, options, operands, own, command) => {
    running = command;
    await using opened = new AsyncDisposableStack();
    if (options.color === false) output = createOutput(world.stdout, world.stderr, colourless);
    next = nextCommand(options);
    const context: CommandContext = {
      command,
      options,
      settings,
      output: { ...output, say: (text, style) => output.say(completed(text, next), style) },
      next,
      stop: world.stop,
      ask: world.ask,
      now: world.now ?? Date.now,
      cwd: world.cwd,
      wiring: world.wiring ?? {},
      target: (only) => open(context, opened, only),
    };
    if (options.output === 'markdown' && !definition.markdown) throw noMarkdown();
    exitCode = await definition.run(context, operands, own);
    return exitCode;
  };
  const program = createProgram(run, {
    writeOut: (text) => void world.stdout.write(text),
    writeErr: (text) => void world.stderr.write(text),
    outColumns: output.paint.columns,
    errColumns: output.notePaint.columns,
  });
  try {
    await program.parseAsync([...argv], { from: 'user' });
    return exitCode;
  } catch (error) {
    return failed(error, output, next, running);
  } finally {
    output.progress('');
    world.stop.removeEventListener('abort', wipe);
  }
}

/** Opens the target of the options. It is closed when the command ends in any way. */
function open(
  context: CommandContext,
  opened: AsyncDisposableStack,
  only?: 'tables',
): Promise<Target> {
  const { stop } = context;
  const opening = openTarget(context, only);
  const closing = async () => (await opening.catch(() => undefined))?.close();
  return new Promise((resolve, reject) => {
    // No change is in progress yet, so it does not wait for a slow API.
    const leave = () => reject(interrupted());
    stop.addEventListener('abort', leave);
    opened.defer(async () => {
      stop.removeEventListener('abort', leave);
      const closed = closing();
      if (!stop.aborted) await closed;
    });
    opening.then(resolve, reject);
    if (stop.aborted) leave();
  });
}

function failed(error: unknown, output: Output, next: NextCommand, command?: string): ExitCode {
  // Commander has already shown the error or the help.
  if (error instanceof CommanderError) {
    return error.exitCode === 0 ? exitCodes.ok : exitCodes.invalid;
  }
  // The error of the command is more important than an error while closing.
  const cause = error instanceof SuppressedError ? error.suppressed : error;
  const { columns } = output.notePaint;
  const { lines, exitCode } = explain(cause, { next, columns, command });
  for (const [index, line] of lines.entries()) {
    output.note(index === 0 ? output.notePaint(line, 'error') : line);
  }
  return exitCode;
}

function noMarkdown(): Error {
  return usageError('only plan and approve print Markdown', 'pass -o json, or omit -o');
}
