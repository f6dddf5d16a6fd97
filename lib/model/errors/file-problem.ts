import type { JsonObject } from '../json/json.types.ts';
import { StoreError } from './store-error.ts';

/** `code` of a `StoreError` about a file; the same codes as for tables. */
export type FileErrorCode =
  | 'store-denied'
  | 'store-absent'
  | 'store-busy'
  | 'store-malformed'
  | 'store-too-large'
  | 'store-failed';

/**
 * A `StoreError` about a file. `problem` is a predicate, has no value from the file, and says what to do where
 * something helps.
 */
export function fileProblem(
  code: FileErrorCode,
  path: string,
  problem: string,
  context: JsonObject = {},
): StoreError {
  return new StoreError(code, `${path} ${problem}`, { context: { path, ...context } });
}

/** An error of the file system, such as a full disk. It has the path and the code, and nothing that was written. */
export function fileError(path: string, doing: string, error: unknown): StoreError {
  if (error instanceof StoreError) return error;
  const code = systemCode(error) ?? 'unknown error';
  const denied = code === 'EACCES' || code === 'EPERM' || code === 'EROFS';
  return fileProblem(denied ? 'store-denied' : 'store-failed', path, `${doing}: ${code}`);
}

/** The system's error code, such as `ENOENT`. No `instanceof`: an error may come from another realm. */
export function systemCode(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null) return undefined;
  const code: unknown = Reflect.get(error, 'code');
  return typeof code === 'string' ? code : undefined;
}
