import { usageError } from './errors/cli-error.ts';

/** Whether this is the repository, where the sources run as they are; the package has a bundle of them. */
export const isRepository = import.meta.filename.endsWith('.ts');

/** The package has no embedded world: its emulators are development dependencies. @throws CliError in the package */
export function requireRepository(what: string): void {
  if (isRepository) return;
  throw usageError(
    `${what} needs the embedded world, which only the repository has`,
    'clone the repository and run `npm ci && npm start`, or work on files: --file trueup.yaml',
  );
}
