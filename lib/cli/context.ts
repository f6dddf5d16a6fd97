import type { WiringOptions } from '../wiring.ts';
import type { NextCommand } from '../model/text/next-command.types.ts';
import type { Output } from './output/output.ts';
import type { CliSettings } from './settings.ts';
import type { Target } from './targets/target.ts';

/** The options that every command knows, as they were given. */
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

/** What a command has to work with. */
export interface CommandContext {
  /** Its name, such as `apply`. */
  readonly command: string;
  readonly options: GlobalOptions;
  readonly settings: CliSettings;
  readonly output: Output;
  /** Gives a command line that is shown what it takes to work on the same. `output.say` does so by itself. */
  readonly next: NextCommand;
  /** Aborts at the first Ctrl-C: nothing new is started, what is in flight is finished. */
  readonly stop: AbortSignal;
  /**
   * Opens what options, variables or the folder name. It is closed when the command has ended.
   *
   * @param only - `tables`: a deployment without the files that are named, for what writes them there
   * @throws CliError
   */
  readonly target: (only?: 'tables') => Promise<Target>;
  /** Asks at the terminal. @returns undefined where it cannot ask: not a terminal */
  readonly ask: (question: string) => Promise<string | undefined>;
  readonly now: () => number;
  /** Reads a file, relative to where the command was started; and writes one. */
  readonly cwd: string;
  readonly wiring: WiringOptions;
}

/** What opening a target needs of the context. */
export type TargetContext = Pick<
  CommandContext,
  'command' | 'options' | 'settings' | 'output' | 'wiring' | 'cwd'
>;
