import type { WiringOptions } from '../wiring.ts';
import type { NextCommand } from '../model/text/next-command.types.ts';
import type { Output } from './output/output.ts';
import type { CliSettings } from './settings.ts';
import type { Target } from './targets/target.ts';

/** The global options, as given. */
export interface GlobalOptions {
  readonly file?: readonly string[];
  readonly state?: string;
  readonly secrets?: string;
  readonly stack?: string;
  readonly desiredTable?: string;
  readonly ledgerTable?: string;
  readonly profile?: string;
  readonly region?: string;
  readonly local?: boolean;
  readonly output: 'text' | 'json' | 'markdown';
  /** False with `--no-color`. */
  readonly color?: boolean;
}

/** The context of a command. */
export interface CommandContext {
  /** Its name, such as `apply`. */
  readonly command: string;
  readonly options: GlobalOptions;
  readonly settings: CliSettings;
  readonly output: Output;
  /** Adds the target options to a command that is shown. `output.say` does this itself. */
  readonly next: NextCommand;
  /** Aborts on the first Ctrl-C: nothing new is started, and requests in progress are finished. */
  readonly stop: AbortSignal;
  /**
   * Opens the target that options, variables or the folder give. It is closed when the command ends.
   *
   * @param only - `tables`: the deployment without the given files, for a command that writes the files to it
   * @throws CliError
   */
  readonly target: (only?: 'tables') => Promise<Target>;
  /** Asks the user. @returns undefined if this is not a terminal */
  readonly ask: (question: string) => Promise<string | undefined>;
  readonly now: () => number;
  /** The folder in which the command was started, to which paths are relative. */
  readonly cwd: string;
  readonly wiring: WiringOptions;
}

/** The part of the context that opening a target needs. */
export type TargetContext = Pick<
  CommandContext,
  'command' | 'options' | 'settings' | 'output' | 'wiring' | 'cwd'
>;
