import { requireRepository } from '../repository.ts';
import type { TargetContext } from '../context.ts';
import { chosen, chosenTables } from './chosen.ts';
import type { OpenContext } from './chosen.ts';
import type { Target } from './target.ts';

/**
 * Opens the target that options, variables or the folder give.
 *
 * @param only - `tables`: ignores the given files
 * @throws CliError, StoreError, and errors of files
 */
export async function openTarget(context: TargetContext, only?: 'tables'): Promise<Target> {
  const options = only === 'tables' ? chosenTables(context) : chosen(context);
  const opening: OpenContext = { ...context, options };
  const base = await openBase(opening);
  if (base && options.file.length === 0) return base;
  const { filesTarget, withFiles } = await import('./files/files-target.ts');
  return base ? withFiles(base, opening) : filesTarget(opening);
}

async function openBase(context: OpenContext): Promise<Target | undefined> {
  const { local, stack, desiredTable, ledgerTable } = context.options;
  if (local) {
    requireRepository('--local');
    return (await import('./local-target.ts')).localTarget(context);
  }
  if (stack === undefined && desiredTable === undefined && ledgerTable === undefined) {
    return undefined;
  }
  return (await import('./stack/stack-target.ts')).awsTarget(context);
}
