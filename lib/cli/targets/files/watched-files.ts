import { readdir, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { isDeclarationFile } from '../../../model/names/declaration-file.ts';
import type { SecretSource } from '../../../secrets/secret-source.ts';
import { secretNames } from './secret-names.ts';

/** The files of a target, to detect changes. */
export interface WatchedFiles {
  /** A text that changes when a declaration file changes, appears or disappears. */
  readonly declarations: () => Promise<string>;
  /** The same for the secrets file. */
  readonly secretsFile: () => Promise<string>;
  /**
   * A text that changes when a declared secret changes. Tokens that Trueup saves are not included.
   *
   * @throws StoreError if they cannot be read
   */
  readonly secrets: () => Promise<string>;
}

/** @param paths - files and folders of declarations */
export function watchedFiles(
  { cwd, paths, secretsPath }: { cwd: string; paths: readonly string[]; secretsPath?: string },
  documents: readonly { readonly value: unknown }[],
  secrets: Pick<SecretSource, 'versions'>,
): WatchedFiles {
  return {
    declarations: async () => {
      const stamps = await Promise.all(paths.map((path) => stampOf(resolve(cwd, path))));
      return stamps.join('\n');
    },
    secretsFile: async () => (secretsPath === undefined ? '' : stampOf(resolve(cwd, secretsPath))),
    secrets: async () => {
      const found = await Promise.all(documents.map(({ value }) => versionsOf(value, secrets)));
      return JSON.stringify(found);
    },
  };
}

async function versionsOf(document: unknown, secrets: Pick<SecretSource, 'versions'>) {
  const { connection } = document as Record<string, unknown>;
  if (typeof connection !== 'string') return [];
  const versions = await secrets.versions(connection, secretNames(document));
  return [...versions].map(([name, version]) => `${name} ${version}`).toSorted();
}

/** Follows symbolic links, like reading does. */
async function stampOf(path: string): Promise<string> {
  try {
    const found = await stat(path, { bigint: true });
    if (found.isDirectory()) {
      // Not the time of the folder: other files in it change too, such as the secrets, in which Trueup saves tokens.
      const names = (await readdir(path)).filter(isDeclarationFile);
      const parts = await Promise.all(names.toSorted().map((name) => stampOf(join(path, name))));
      return [path, ...parts].join('\n');
    }
    // Includes the mode, because a file that others can read is rejected until that is fixed.
    return `${path} ${found.ino} ${found.mode} ${found.size} ${found.mtimeNs}`;
  } catch {
    return `${path} cannot be read`;
  }
}
