import type { DesiredWriter } from '../../desired/rows/desired-writer.ts';
import type { WatchedFiles } from './files/watched-files.ts';
import type { StackOutputs } from './stack/stack-outputs.ts';
import type { HostProbe } from '../../gateways/http/host-probe.ts';
import type { Dependencies } from '../../pass/dependencies.types.ts';
import type { SeenDate } from '../../model/runtime.types.ts';
import type { SecretInspector } from '../../secrets/secret-source.ts';

/** What a command works on: tables of a deployment, files, or the embedded world. */
export interface Target {
  readonly kind: 'files' | 'aws' | 'local';
  /** In words, for people: `stack trueup-prod`, `trueup.yaml`. */
  readonly name: string;
  readonly deps: Dependencies;
  /** Names of the declared connections, sorted. */
  readonly connections: () => Promise<readonly string[]>;
  /** Who calls the command, for the history: the AWS identity, or user and host. Never throws. */
  readonly caller: () => Promise<string>;
  /** Writes rows of Desired; absent where files are what is declared. */
  readonly writer?: DesiredWriter;
  /** Outputs of the stack; absent without `--stack`. */
  readonly outputs?: StackOutputs;
  /**
   * Runs the function of the queue in this process, until it is stopped; absent where a deployment has one.
   *
   * @returns resolves when the message at hand is done
   */
  readonly serve?: (stop: AbortSignal) => Promise<void>;
  /** Where files declare, with no tables behind them. */
  readonly files?: WatchedFiles & {
    /** The same target with what the files declare now. @throws InvalidFilesError */
    readonly again: () => Promise<Target>;
  };
  /** What `doctor` looks at besides. */
  readonly diagnosis: Diagnosis;
  readonly close: () => Promise<void>;
}

/** What only `doctor` needs to see. */
export interface Diagnosis {
  /** Absent where there is no AWS. */
  readonly aws?: {
    /** Whose credentials are used, and where: for people. @throws StoreError */
    readonly identity: () => Promise<string>;
    /** A call that shows AWS's clock. @throws StoreError */
    readonly dates: () => Promise<readonly SeenDate[]>;
  };
  /** In words: where declarations and the ledger are. */
  readonly desired: string;
  readonly ledger: string;
  readonly secrets: SecretInspector;
  readonly probe: HostProbe;
  /** Clocks of the vendors that have answered so far. */
  readonly vendorDates: readonly SeenDate[];
}
