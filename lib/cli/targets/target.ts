import type { DesiredWriter } from '../../desired/rows/desired-writer.ts';
import type { WatchedFiles } from './files/watched-files.ts';
import type { StackOutputs } from './stack/stack-outputs.ts';
import type { HostProbe } from '../../gateways/http/host-probe.ts';
import type { Dependencies } from '../../pass/dependencies.types.ts';
import type { SeenDate } from '../../model/runtime.types.ts';
import type { SecretInspector } from '../../secrets/secret-source.ts';

/** The target of a command: tables of a deployment, files, or the embedded world. */
export interface Target {
  readonly kind: 'files' | 'aws' | 'local';
  /** Its name in output: `stack trueup-prod`, `trueup.yaml`. */
  readonly name: string;
  readonly deps: Dependencies;
  /** Names of the declared connections, sorted. */
  readonly connections: () => Promise<readonly string[]>;
  /** The caller for the history: the AWS identity, or user and host. Never throws. */
  readonly caller: () => Promise<string>;
  /** Writes rows of `Desired`; absent if declarations are in files. */
  readonly writer?: DesiredWriter;
  /** Outputs of the stack; absent without `--stack`. */
  readonly outputs?: StackOutputs;
  /**
   * Runs the queue's function in this process until it is stopped; absent for a deployment, which has its own.
   *
   * @returns resolves when the current message is processed
   */
  readonly serve?: (stop: AbortSignal) => Promise<void>;
  /** Present if declarations are in files, without tables. */
  readonly files?: WatchedFiles & {
    /** A new target with the current files. @throws InvalidFilesError */
    readonly again: () => Promise<Target>;
  };
  /** Further information for `doctor`. */
  readonly diagnosis: Diagnosis;
  readonly close: () => Promise<void>;
}

/** Information that only `doctor` needs. */
export interface Diagnosis {
  /** Absent without AWS. */
  readonly aws?: {
    /** A text with the credentials and region that are used. @throws StoreError */
    readonly identity: () => Promise<string>;
    /** Makes a call to get AWS's time. @throws StoreError */
    readonly dates: () => Promise<readonly SeenDate[]>;
  };
  /** A text: where the declarations are. */
  readonly desired: string;
  readonly ledger: string;
  readonly secrets: SecretInspector;
  readonly probe: HostProbe;
  /** Dates in the vendors' answers so far. */
  readonly vendorDates: readonly SeenDate[];
}
