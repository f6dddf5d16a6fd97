import { existsSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { usageError } from '../errors/cli-error.ts';
import type { GlobalOptions, TargetContext } from '../context.ts';
import { defaults } from '../settings.ts';

/** The chosen target, with the names that are needed to open it. */
export interface Chosen extends GlobalOptions {
  /** Declaration files; empty if declarations are in tables. */
  readonly file: readonly string[];
  readonly state: string;
}

/** The context for opening a target. */
export interface OpenContext extends TargetContext {
  readonly options: Chosen;
}

/** What the choice depends on. */
type Choice = Pick<TargetContext, 'options' | 'settings' | 'cwd'>;

/**
 * The target given by options, variables or the folder, in this order; the first that gives one decides alone.
 *
 * @throws CliError if there are two targets, or none
 */
export function chosen(choice: Choice): Chosen {
  const { options, settings, cwd } = choice;
  const [one, other] = bases(options);
  if (other !== undefined) throw twoTargets(`${one}`, other, 'omit one of them');
  if (one !== undefined || options.file !== undefined) return complete(choice, options);
  if (settings.file !== undefined && settings.stack !== undefined) {
    const next = 'unset one of them, or pass --file FILE or --stack NAME';
    throw twoTargets('TRUEUP_FILE', 'TRUEUP_STACK', next);
  }
  if (settings.stack !== undefined) return complete(choice, { ...options, stack: settings.stack });
  const file = settings.file ?? fileHere(cwd);
  if (file !== undefined) return complete(choice, { ...options, file: [file] });
  throw usageError(
    `no target: there is no ${defaults.file} in this folder`,
    'pass --file FILE or --stack NAME, or write a file with `trueup init`',
  );
}

/** The same for tables only, for a command that writes files to them. @throws CliError if there are two, or none */
export function chosenTables({ options, settings, cwd }: Choice): Chosen {
  const { file: _files, ...others } = options;
  const [base] = bases(options);
  if (base !== undefined) return chosen({ options: others, settings, cwd });
  if (settings.stack !== undefined) {
    return complete({ options, settings, cwd }, { ...others, stack: settings.stack });
  }
  throw usageError('no target: this needs the tables of a deployment', 'pass --stack NAME');
}

/** Files given by options, a variable or the folder, for commands that need no target. */
export function chosenFiles({ options, settings, cwd }: Choice): readonly string[] {
  if (options.file !== undefined) return options.file;
  const file = settings.file ?? fileHere(cwd);
  return file === undefined ? [] : [file];
}

function complete({ settings, cwd }: Choice, options: GlobalOptions): Chosen {
  const { file = [] } = options;
  const secrets = options.secrets ?? settings.secrets ?? secretsBeside(file[0], cwd);
  return {
    ...options,
    file,
    state: options.state ?? settings.state ?? defaults.state,
    ...(secrets !== undefined && { secrets }),
  };
}

/** Options that give the target of everything except the declarations. */
function bases(options: GlobalOptions): readonly string[] {
  const { local, stack, desiredTable, ledgerTable } = options;
  return [
    ...(local ? ['--local'] : []),
    ...(stack === undefined ? [] : ['--stack']),
    ...(desiredTable === undefined && ledgerTable === undefined
      ? []
      : [desiredTable === undefined ? '--ledger-table' : '--desired-table']),
  ];
}

function twoTargets(one: string, other: string, next: string) {
  return usageError(`${one} and ${other} cannot be combined: a command has one target`, next);
}

function fileHere(cwd: string): string | undefined {
  return existsSync(join(cwd, defaults.file)) ? defaults.file : undefined;
}

/** The path as shown: relative if the declarations' path is. */
function secretsBeside(file: string | undefined, cwd: string): string | undefined {
  if (file === undefined) return undefined;
  const stats = statSync(resolve(cwd, file), { throwIfNoEntry: false });
  const path = join(stats?.isDirectory() ? file : dirname(file), defaults.secrets);
  return existsSync(resolve(cwd, path)) ? path : undefined;
}
