import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface TemporaryFolder {
  readonly path: string;
  /** Writes a file in it; returns its path. */
  readonly write: (name: string, content: string | Uint8Array, mode?: number) => Promise<string>;
  readonly remove: () => Promise<void>;
}

export async function temporaryFolder(): Promise<TemporaryFolder> {
  const path = await mkdtemp(join(tmpdir(), 'trueup-files-'));
  return {
    path,
    write: async (name, content, mode = 0o600) => {
      const file = join(path, name);
      await writeFile(file, content, { mode });
      return file;
    },
    remove: () => rm(path, { recursive: true, force: true }),
  };
}
