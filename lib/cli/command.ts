import type { Command } from 'commander';
import type { CommandContext } from './context.ts';
import type { ExitCode } from './errors/exit-codes.ts';

/** A command line that works unchanged, and its purpose. */
export interface Example {
  readonly line: string;
  readonly does: string;
}

/** One command. Its file in `commands/` exports only this. */
export interface CommandDefinition<Options extends object = object> {
  /** The text below the usage line of its help, which is longer than the summary. */
  readonly description: string;
  readonly examples: readonly [Example, Example];
  /** Whether it can print Markdown; all commands can print JSON. */
  readonly markdown?: true;
  /** Adds operands and options. */
  readonly configure: (command: Command) => void;
  /** `operands` are in the order of the command line; `options` are those of `configure`. */
  readonly run: (
    context: CommandContext,
    operands: readonly string[],
    options: Options,
  ) => Promise<ExitCode>;
}

/** A command in the list. Its file is loaded only when it is used, so that `--help` is fast. */
export interface CommandEntry {
  readonly name: string;
  /** One line in `trueup --help`. */
  readonly summary: string;
  /** An alias, as in other tools. */
  readonly alias?: string;
  /** `hidden` commands are not listed. */
  readonly hidden?: boolean;
  readonly load: () => Promise<CommandDefinition>;
}

/** Defines a command. The type of the options that `configure` declares is not checked here. */
export function defineCommand<Options extends object>(
  definition: CommandDefinition<Options>,
): CommandDefinition {
  return definition as CommandDefinition;
}
