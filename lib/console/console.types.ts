import type { NextCommand } from '../model/text/next-command.types.ts';
import type { Clock } from '../model/runtime.types.ts';
import type { Dependencies } from '../pass/dependencies.types.ts';

/** What the console shows and acts on, with what is declared now. */
export interface ConsoleTarget {
  readonly deps: Dependencies;
  /** Names of the declared connections, sorted. @throws StoreError */
  readonly connections: () => Promise<readonly string[]>;
  /** Whether declarations are rows of a table. */
  readonly isRows: boolean;
}

/** An error for people: what is wrong, and what to do. */
export interface Explained {
  readonly problem: string;
  readonly next: string;
}

/** The dependencies of the console. */
export interface ConsoleWorld {
  /** In words: `stack trueup-prod`, `trueup.yaml`. */
  readonly name: string;
  /** The target as it is now: files may have changed. */
  readonly target: () => Promise<ConsoleTarget>;
  /** Who acts, for the history. Never throws. */
  readonly caller: () => Promise<string>;
  /** In words: what makes passes. */
  readonly passes: string;
  readonly next: NextCommand;
  readonly explain: (error: unknown) => Explained;
  /** Whether forms may act. */
  readonly isWriting: boolean;
  readonly clock: Clock;
  /** A new UUID. */
  readonly uuid: () => string;
  /** Aborts when the console ends: nothing new is started. */
  readonly stop: AbortSignal;
  /** Runs work of an act after its answer, such as a pass from files. The console waits for it when it ends. */
  readonly behind: (work: Promise<unknown>) => void;
}
