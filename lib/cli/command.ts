import type { Command } from 'commander';
import type { CommandContext } from './context.ts';
import type { ExitCode } from './errors/exit-codes.ts';

/** A command line that works as it is, and what it is for. */
export interface Example {
  readonly line: string;
  readonly does: string;
}

/** One command: its file in `commands/` exports this alone. */
export interface CommandDefinition<Options extends object = object> {
  /** What its help says below the usage line; more than the summary of the list. */
  readonly description: string;
  readonly examples: readonly [Example, Example];
  /** Whether it prints Markdown, too; JSON is printed by every command. */
  readonly markdown?: true;
  /** Adds operands and options. */
  readonly configure: (command: Command) => void;
  /** `operands` are those of the command line, in order; `options` as `configure` made them. */
  readonly run: (
    context: CommandContext,
    operands: readonly string[],
    options: Options,
  ) => Promise<ExitCode>;
}

/** A command by its name; its file is loaded only when it is asked for, so that `--help` is quick. */
export interface CommandEntry {
  readonly name: string;
  /** One line in `trueup --help`. */
  readonly summary: string;
  /** Another name, which other tools give it. */
  readonly alias?: string;
  /** `hidden` commands are not listed. */
  readonly hidden?: boolean;
  readonly load: () => Promise<CommandDefinition>;
}

/** Gives `run` the options that `configure` declares: the one place where they are not checked. */
export function defineCommand<Options extends object>(
  definition: CommandDefinition<Options>,
): CommandDefinition {
  return definition as CommandDefinition;
}
