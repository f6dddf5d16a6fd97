import { CliError } from './cli-error.ts';
import type { Target, TargetContext } from './target.ts';

const later = () =>
  new CliError('files', '--file cannot be used yet', 'use --stack NAME, or --local');

/** Declarations from files, the ledger in a folder, secrets from a file: no AWS at all. */
export async function filesTarget(_context: TargetContext): Promise<Target> {
  throw later();
}

/** Declarations from files, all else from `base`. */
export async function withFiles(_base: Target, _context: TargetContext): Promise<Target> {
  throw later();
}
