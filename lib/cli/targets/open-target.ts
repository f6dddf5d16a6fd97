import { usageError } from '../errors/cli-error.ts';
import { requireRepository } from '../repository.ts';
import type { TargetContext } from '../context.ts';
import type { Target } from './target.ts';

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
    throw usageError('no target', 'pass --stack NAME, --file trueup.yaml or --local');
  }
  const { filesTarget, withFiles } = await import('./files/files-target.ts');
  return base ? withFiles(base, context) : filesTarget(context);
}

async function openBase(context: TargetContext, tables: boolean): Promise<Target | undefined> {
  const { local, stack } = context.options;
  if (local) {
    requireRepository('--local');
    return (await import('./local-target.ts')).localTarget(context);
  }
  if (stack === undefined && !tables) return undefined;
  return (await import('./stack/stack-target.ts')).awsTarget(context);
}
