import type { Target } from '../../targets/target.ts';

type Files = NonNullable<Target['files']>;

interface Look {
  readonly declarations: string;
  readonly secretsFile: string;
}

/** What has changed in the files since a pass began to read them. */
export class Changes {
  #files: Files;
  #seen: Look;
  #secrets: string;
  #last: Look;

  private constructor(files: Files, seen: Look, secrets: string) {
    this.#files = files;
    this.#seen = seen;
    this.#last = seen;
    this.#secrets = secrets;
  }

  /** Looks at the files before they are read. */
  static async since(files: Files): Promise<Changes> {
    return new Changes(files, await look(files), await secretsIn(files));
  }

  /** The same changes, where another target was made of the files since: its declarations may name other secrets. */
  async of(files: Files): Promise<Changes> {
    return new Changes(files, this.#seen, await secretsIn(files));
  }

  /**
   * A pass over these files has ended. That it has written a new refresh token into the secrets file is no change; what a person wrote
   * meanwhile is one.
   */
  async settle(): Promise<void> {
    const { secretsFile } = await look(this.#files);
    if ((await secretsIn(this.#files)) === this.#secrets) {
      this.#seen = { ...this.#seen, secretsFile };
    }
  }

  /** Whether there are changes: once they are the same at two looks, since one may find a file half written. */
  async found(): Promise<boolean> {
    const now = await look(this.#files);
    const isSettled = isSame(now, this.#last);
    this.#last = now;
    return isSettled && !isSame(now, this.#seen);
  }
}

async function look(files: Files): Promise<Look> {
  const [declarations, secretsFile] = await Promise.all([
    files.declarations(),
    files.secretsFile(),
  ]);
  return { declarations, secretsFile };
}

/** Why they cannot be read is for the round to say. */
const secretsIn = (files: Files) => files.secrets().catch(() => '');

const isSame = (a: Look, b: Look) =>
  a.declarations === b.declarations && a.secretsFile === b.secretsFile;
