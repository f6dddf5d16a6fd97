import type { DesiredWriter } from '../aws/desired-writer.ts';
import type { StackOutputs } from '../aws/stack-outputs.ts';
import type { HostProbe } from '../providers/http/host-probe.ts';
import type { Dependencies } from '../reconcile/dependencies.types.ts';
import type { SeenDate } from '../reconcile/ports/runtime.ts';
import type { SecretInspector } from '../reconcile/ports/secrets.ts';
import type { CommandContext } from './context.ts';
import { usageError } from './cli-error.ts';

/** What a command works on: tables of a deployment, files, or the embedded world. */
export interface Target {
  readonly kind: 'files' | 'aws' | 'local';
  /** In words, for people: `stack trueup-prod`, `trueup.yaml`. */
  readonly name: string;
  readonly deps: Dependencies;
  /** Names of the declared connections, sorted. */
  readonly connections: () => Promise<readonly string[]>;
  /** Writes rows of Desired; absent where files are what is declared. */
  readonly writer?: DesiredWriter;
  /** Outputs of the stack; absent without `--stack`. */
  readonly outputs?: StackOutputs;
  /**
   * Runs the function of the queue in this process, until it is told to stop; absent where a deployment has one.
   *
   * @returns resolves when the message at hand is done
   */
  readonly serve?: (stop: AbortSignal) => Promise<void>;
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

/** What opening a target needs of the context. */
export type TargetContext = Pick<
  CommandContext,
  'options' | 'settings' | 'output' | 'wiring' | 'cwd'
>;

/** Opens what the options name. @throws CliError, StoreError, and whatever is wrong with files */
export async function openTarget(context: TargetContext): Promise<Target> {
  const { file = [], local, stack, desiredTable, ledgerTable } = context.options;
  const tables = desiredTable !== undefined || ledgerTable !== undefined;
  if (local && (stack !== undefined || tables)) {
    throw usageError(
      '--local is a world of its own, and goes with neither --stack nor tables',
      'leave out one of them',
    );
  }
  const base = await openBase(context, tables);
  if (file.length === 0) {
    if (base) return base;
    throw usageError(
      'nothing says what to work on',
      'name a deployed stack (--stack NAME), files (--file trueup.yaml), or --local',
    );
  }
  const { filesTarget, withFiles } = await import('./target-files.ts');
  return base ? withFiles(base, context) : filesTarget(context);
}

async function openBase(context: TargetContext, tables: boolean): Promise<Target | undefined> {
  const { local, stack } = context.options;
  if (local) return (await import('./target-local.ts')).localTarget(context);
  if (stack === undefined && !tables) return undefined;
  return (await import('./target-aws.ts')).awsTarget(context);
}
