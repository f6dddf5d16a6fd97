import { writeFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import * as z from 'zod';
import { documentSchema } from '../../core/schema.ts';
import { CliError, usageError } from '../cli-error.ts';
import { defineCommand } from '../command.ts';
import { systemCode } from '../error-code.ts';
import { exampleFile, schemaUrl } from '../example-file.ts';
import { exitCodes } from '../exit-codes.ts';

export const init = defineCommand<{ force?: boolean }>({
  description:
    'Writes a commented example of a declaration, valid as it stands, and beside it the schema that editors check it with.',
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
      // Always the schema of this version: editors should not complain of what it understands.
      const schema = JSON.stringify(z.toJSONSchema(documentSchema), undefined, 2);
      await writeFile(resolve(cwd, dirname(path), schemaUrl), `${schema}\n`);
    } catch (error) {
      throw notWritten(path, error);
    }
    output.note(
      `Wrote ${path}, and its schema beside it. Next: edit it, then \`trueup validate ${path}\`.`,
    );
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
