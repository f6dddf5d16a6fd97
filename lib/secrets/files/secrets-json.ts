import { accessSync, constants, realpathSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Json, JsonObject } from '../../model/json/json.types.ts';
import { isJsonObject } from '../../model/json/json.ts';
import { replaceFile } from './atomic-file.ts';
import { withLock } from './lock-file.ts';
import { readPrivate } from './private-file.ts';
import { systemCode, fileError, fileProblem } from '../../model/errors/file-problem.ts';

/** Secrets by name: a text, or an object whose members are requested by key. */
export type SecretsByName = ReadonlyMap<string, string | JsonObject>;

/**
 * The content of a secrets file; undefined if there is no file.
 *
 * @throws StoreError if other users may read it, or it is not a JSON object from names to texts or objects; the error
 * repeats nothing of it
 */
export function readSecrets(path: string): SecretsByName | undefined {
  const text = readPrivate(path);
  if (text === undefined) return undefined;
  const found = parse(text);
  if (!isJsonObject(found)) throw fileProblem('store-malformed', path, 'is not a JSON object');
  return new Map(
    Object.entries(found).map(([name, value], index) => {
      if (typeof value === 'string' || isJsonObject(value)) return [name, value];
      const problem = `has an entry (number ${index + 1}) that is neither text nor an object`;
      throw fileProblem('store-malformed', path, problem);
    }),
  );
}

/** Sets one secret in the file, which is created if it does not exist. @throws StoreError */
export async function writeSecret(path: string, name: string, value: JsonObject): Promise<void> {
  change(path, (secrets) => secrets.set(name, value));
}

/** Removes one secret from the file. @throws StoreError */
export async function removeSecret(path: string, name: string): Promise<void> {
  change(path, (secrets) => secrets.delete(name));
}

function change(path: string, by: (secrets: Map<string, Json>) => unknown): void {
  try {
    const target = targetOf(path);
    withLock(`${target}.lock`, () => {
      const secrets = new Map<string, Json>(readSecrets(target));
      if (by(secrets) === false) return;
      replaceFile(target, `${JSON.stringify(Object.fromEntries(secrets), undefined, 2)}\n`);
    });
  } catch (error) {
    throw fileError(path, 'cannot be written', error);
  }
}

/** Why the file cannot be replaced; undefined if it probably can. */
export function writeProblem(path: string): string | undefined {
  try {
    accessSync(dirname(targetOf(path)), constants.W_OK);
    return undefined;
  } catch (error) {
    return `its folder cannot be written to (${String(systemCode(error))})`;
  }
}

/** The target of a symbolic link: otherwise the link would be replaced instead of the file. */
function targetOf(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The message of JSON.parse repeats its input.
    return undefined;
  }
}
