import { closeSync, fstatSync, openSync, readFileSync } from 'node:fs';
import { systemCode, fileError, fileProblem } from '../../model/errors/file-problem.ts';
import { decoded, undecoded } from '../../model/text/decoded.ts';

/**
 * The text of a file that only its owner may read; undefined if there is no file. The mode is checked on the opened
 * file, so that the file cannot be replaced in between.
 *
 * @throws StoreError with code `store-denied` if other users may read it or its owner may not; `store-malformed` if it
 * is not text
 */
export function readPrivate(path: string): string | undefined {
  let file: number;
  try {
    file = openSync(path, 'r');
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined;
    throw fileError(path, 'cannot be read', error);
  }
  try {
    const { mode } = fstatSync(file);
    // Windows has no mode bits.
    if ((mode & 0o077) !== 0 && process.platform !== 'win32') {
      throw fileProblem('store-denied', path, `can be read by other users: run chmod 600 ${path}`);
    }
    const text = decoded(readFileSync(file));
    if (text === undefined) throw fileProblem('store-malformed', path, undecoded);
    return text;
  } catch (error) {
    throw fileError(path, 'cannot be read', error);
  } finally {
    closeSync(file);
  }
}
