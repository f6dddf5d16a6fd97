import { fileProblem } from '../../model/errors/file-problem.ts';
import {
  readSecrets,
  removeSecret,
  writeProblem,
  writeSecret,
} from '../../secrets/files/secrets-json.ts';
import { documentOf, signInName, signInOf } from './document.ts';
import type { SignInStore } from './saved-sign-in.types.ts';

/** `SignInStore` in the file of `--secrets`, with the secrets that users write. Without a file nothing can be saved. */
export function secretsFileStore(options: {
  readonly file?: string | undefined;
  readonly prefix: string;
}): SignInStore {
  const { file, prefix } = options;

  /** The file, if it can be written. */
  const written = (connection: string): string => {
    const what = 'cannot save a new refresh token: ';
    if (file === undefined) {
      const fix = `${what}pass a file with --secrets FILE`;
      throw fileProblem('store-denied', 'the secrets', fix, { connection });
    }
    const inTheWay = writeProblem(file);
    if (inTheWay === undefined) return file;
    throw fileProblem('store-denied', file, `${what}${inTheWay}`, { connection });
  };

  return {
    read: async (connection) => {
      // Checked before a token is exchanged, which may invalidate it.
      const path = written(connection);
      const value = readSecrets(path)?.get(signInName(prefix, connection));
      if (value === undefined) return undefined;
      const found = signInOf(value);
      if (found) return found;
      const problem = `does not have a valid sign-in under ${signInName(prefix, connection)}: remove that entry`;
      throw fileProblem('store-malformed', path, problem, { connection });
    },
    save: async (connection, signIn) => {
      const name = signInName(prefix, connection);
      await writeSecret(written(connection), name, documentOf(signIn));
    },
    remove: async (connection) => {
      if (file !== undefined) await removeSecret(file, signInName(prefix, connection));
    },
    place: (connection) => `${written(connection)}, as ${signInName(prefix, connection)}`,
  };
}
