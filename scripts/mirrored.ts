/** Where a rule's tests are: a file of `test/` has the place and the name of what it tests. */
import { dirname, join } from 'node:path';

/** What `test/` mirrors. `lib` and `.github` are left out of a test's path: `test/pass/guard.test.ts` tests `lib/pass/guard.ts`. */
const mirrored = ['lib', '.github', '.'];
const endings = ['', '.ts', '.mjs', '.md', '.yml'];
const testFile = /^test\/(.+)\.test\.ts$/;

/**
 * Test files that have neither the name of a file or folder in the same place, nor one that begins so: `client-abort.test.ts` tests `client.ts`.
 *
 * @param exists - whether there is such a file or folder, by its path from the repository's root
 */
export function unmirrored(
  files: readonly string[],
  exists: (path: string) => boolean,
): readonly string[] {
  return files.filter((file) => {
    const [, path] = testFile.exec(file) ?? [];
    return path !== undefined && !names(path).some((name) => isSource(name, exists));
  });
}

/** `a/b-c` and `a/b` of `a/b-c`. */
function names(path: string): readonly string[] {
  const folder = dirname(path);
  const words = path.slice(folder === '.' ? 0 : folder.length + 1).split('-');
  return words.map((_, count) => join(folder, words.slice(0, count + 1).join('-')));
}

function isSource(name: string, exists: (path: string) => boolean): boolean {
  return mirrored.some((root) => endings.some((ending) => exists(join(root, `${name}${ending}`))));
}
