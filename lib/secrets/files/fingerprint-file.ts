import { createSecretKey, randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { FingerprintKey, FingerprintKeys } from '../../model/fingerprint.types.ts';
import { isJsonObject } from '../../model/json/json.ts';
import { replaceFile } from './atomic-file.ts';
import { withLock } from './lock-file.ts';
import { readPrivate } from './private-file.ts';
import { fileError, fileProblem } from '../../model/errors/file-problem.ts';
import { makeStateFolder } from '../../table/sqlite/state-folder.ts';

const keyBytes = 32;

/**
 * The fingerprint key of a state folder, in `fingerprint-key.json`, created at first use. A damaged file is never
 * replaced, because values that were sent before cannot be recognised with another key.
 *
 * @throws StoreError (from the returned function) if other users may read the file, or it has no key
 */
export function fingerprintFile(folder: string): () => Promise<FingerprintKeys> {
  const path = join(folder, 'fingerprint-key.json');
  return async () => {
    const text = readPrivate(path);
    if (text !== undefined) return keysIn(text, path);
    const make = () => {
      const others = readPrivate(path);
      if (others !== undefined) return keysIn(others, path);
      const id = randomBytes(8).toString('hex');
      const key = randomBytes(keyBytes);
      const current = { id, key: key.toString('base64') };
      replaceFile(path, `${JSON.stringify({ current, previous: [] }, undefined, 2)}\n`);
      return { current: { id, key: createSecretKey(key) }, previous: [] };
    };
    try {
      makeStateFolder(folder);
      return withLock(`${path}.lock`, make);
    } catch (error) {
      throw fileError(path, 'cannot be created', error);
    }
  };
}

function keysIn(text: string, path: string): FingerprintKeys {
  let found: unknown;
  try {
    found = JSON.parse(text);
  } catch {
    // The message of JSON.parse repeats its input.
  }
  const { current, previous } = isJsonObject(found) ? found : {};
  const keys = [current, ...(Array.isArray(previous) ? previous : [])].map(keyOf);
  const [first, ...rest] = keys.flatMap((key) => key ?? []);
  if (first && rest.length === keys.length - 1) return { current: first, previous: rest };
  const problem = 'is damaged: it has no fingerprint key; restore it from a backup, or remove it';
  throw fileProblem('store-malformed', path, problem);
}

function keyOf(found: unknown): FingerprintKey | undefined {
  const { id, key } = isJsonObject(found) ? found : {};
  if (typeof id !== 'string' || id === '' || typeof key !== 'string') return undefined;
  const bytes = Buffer.from(key, 'base64');
  return bytes.length < keyBytes ? undefined : { id, key: createSecretKey(bytes) };
}
