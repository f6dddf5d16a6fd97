import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { region, type Emulator } from './emulator.ts';
import type { Processes, Ran } from './processes.ts';

const program = resolve(import.meta.dirname, '../../bin/trueup.mjs');

/** The command line in its own process, signed in to AWS like a laptop: with a profile that assumes a role. */
export interface Trueup {
  /** The folder that it runs in. */
  readonly folder: string;
  /**
   * Runs a command as the role of that name, `operator` or `nobody`, listening to its standard error.
   *
   * @throws Error if it exits with another code than expected
   */
  readonly as: (
    role: string,
    expected: number,
    parameters: readonly string[],
    heard?: (text: string) => void,
  ) => Promise<Ran>;
  /** Sets the roles, by name. */
  readonly assume: (roleArns: Readonly<Record<string, string>>) => void;
}

export function trueupOn(emulator: Emulator, processes: Processes): Trueup {
  const folder = join(emulator.folder, 'laptop');
  mkdirSync(join(folder, '.aws'), { recursive: true });
  const env = {
    PATH: process.env['PATH'],
    HOME: folder,
    AWS_ENDPOINT_URL: emulator.endpoint,
    NO_COLOR: '1',
  };
  return {
    folder,
    assume: (roleArns) => {
      const key = 'aws_access_key_id = test\naws_secret_access_key = test\n';
      const profiles = Object.entries(roleArns).map(
        ([name, arn]) => `[profile ${name}]\nrole_arn = ${arn}\nsource_profile = admin\n`,
      );
      const all = [`[profile admin]\n${key}`, ...profiles].join('\n');
      writeFileSync(join(folder, '.aws/config'), all);
    },
    as: async (role, expected, parameters, heard) => {
      const ran = await processes.run(
        process.execPath,
        [program, ...parameters, '--profile', role, '--region', region],
        { cwd: folder, env, timeoutMs: 120_000, ...(heard && { heard }) },
      );
      if (ran.code === expected) return ran;
      const told = `trueup ${parameters.join(' ')} exited with ${ran.code}, not ${expected}:`;
      throw new Error([told, ran.stdout, ran.stderr].join('\n'));
    },
  };
}
