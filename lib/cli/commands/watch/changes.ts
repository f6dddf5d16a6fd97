import type { Target } from '../../targets/target.ts';

type Files = NonNullable<Target['files']>;

interface Look {
  readonly declarations: string;
  readonly secretsFile: string;
}

/** Changes of the files since a pass started to read them. */
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

  /** Records the state of the files before they are read. */
  static async since(files: Files): Promise<Changes> {
    return new Changes(files, await look(files), await secretsIn(files));
  }

  /** The same for a new target of the files, whose declarations may use other secrets. */
  async of(files: Files): Promise<Changes> {
    return new Changes(files, this.#seen, await secretsIn(files));
  }

  /**
   * Called when a pass has ended. A refresh token that the pass wrote to the secrets file is not a change; what a user
   * wrote meanwhile is.
   */
  async settle(): Promise<void> {
    const { secretsFile } = await look(this.#files);
    if ((await secretsIn(this.#files)) === this.#secrets) {
      this.#seen = { ...this.#seen, secretsFile };
    }
  }

  /** Whether there are changes. They must be the same in two checks, because a file may be half written. */
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

/** The next round reports why they cannot be read. */
const secretsIn = (files: Files) => files.secrets().catch(() => '');

const isSame = (a: Look, b: Look) =>
  a.declarations === b.declarations && a.secretsFile === b.secretsFile;
