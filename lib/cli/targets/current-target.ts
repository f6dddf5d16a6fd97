import type { Target } from './target.ts';

/**
 * The target as it is now, for commands that run long: where files declare, what they declare is read again once one of them
 * has changed.
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
    // Not before they are valid: until then each call says what is wrong.
    if (seen !== undefined && now !== seen) current = await files.again();
    seen = now;
    return current;
  };
}
