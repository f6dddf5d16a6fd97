import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { CliError, usageError } from '../cli-error.ts';
import { defineCommand } from '../command.ts';
import { systemCode } from '../error-code.ts';
import { exampleFile } from '../example-file.ts';
import { exitCodes } from '../exit-codes.ts';

export const init = defineCommand<{ force?: boolean }>({
  description:
    'Writes a commented example of a declaration, with the line that gives editors its schema. It is valid as it stands.',
  examples: [
    { line: 'trueup init', does: 'writes trueup.yaml here' },
    { line: 'trueup init declarations/acme.yaml --force', does: 'replaces a file that is there' },
  ],
  configure: (command) => {
    command
      .argument('[path]', 'where to write it', 'trueup.yaml')
      .option('--force', 'replaces a file that is there');
  },
  run: async ({ cwd, output }, [path = 'trueup.yaml'], { force = false }) => {
    try {
      await writeFile(resolve(cwd, path), exampleFile(), { flag: force ? 'w' : 'wx' });
    } catch (error) {
      throw notWritten(path, error);
    }
    output.note(`Wrote ${path}. Next: edit it, then \`trueup validate ${path}\`.`);
    return exitCodes.ok;
  },
});

function notWritten(path: string, error: unknown): CliError {
  const code = systemCode(error);
  if (code === 'EEXIST') {
    return usageError(`${path} is there already`, 'name another file, or say --force');
  }
  return new CliError('init', `${path} could not be written: ${code}`, 'name another file', {
    cause: error,
  });
}
