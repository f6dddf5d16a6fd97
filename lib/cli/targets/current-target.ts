import type { Target } from './target.ts';

/**
 * The current target, for commands that run for a long time: files are read again after they changed.
 *
 * @returns a function that throws InvalidFilesError while the files are not valid
 */
export function currentTarget(target: Target): () => Promise<Target> {
  let current = target;
  let seen: string | undefined;
  return async () => {
    const { files } = current;
    if (!files) return current;
    const now = await files.declarations();
    // Only once they are valid; until then each call throws.
    if (seen !== undefined && now !== seen) current = await files.again();
    seen = now;
    return current;
  };
}
