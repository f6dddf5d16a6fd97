import { usageError } from './errors/cli-error.ts';

/** Whether this runs from the repository, where sources run directly; the package has a bundle. */
export const isRepository = import.meta.filename.endsWith('.ts');

/** The package has no embedded world: its emulators are development dependencies. @throws CliError in the package */
export function requireRepository(what: string): void {
  if (isRepository) return;
  throw usageError(
    `${what} needs the embedded world, which only the repository has`,
    'clone the repository and run `npm ci && npm start`, or use files with --file trueup.yaml',
  );
}
