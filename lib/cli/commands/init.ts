import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { CliError, usageError } from '../cli-error.ts';
import { defineCommand } from '../command.ts';
import { systemCode } from '../error-code.ts';
import { exampleFile, schemaUrl } from '../example-file.ts';
import { exitCodes } from '../exit-codes.ts';
import { declarationFile, jsonSchemas } from '../schemas/json-schemas.ts';

interface InitOptions {
  readonly force?: boolean;
  readonly schemas?: string;
}

export const init = defineCommand<InitOptions>({
  description:
    'Writes a commented example of a declaration, valid as it stands, and beside it the schema that editors check it with.',
  examples: [
    { line: 'trueup init', does: 'writes trueup.yaml here' },
    {
      line: 'trueup init --schemas schemas',
      does: 'only the JSON Schemas: of declarations, and of all that --output json prints',
    },
  ],
  configure: (command) => {
    command
      .argument('[path]', 'where to write it', 'trueup.yaml')
      .option('--force', 'replaces a file that is there')
      .option('--schemas <dir>', 'instead writes all JSON Schemas there, in place of older ones');
  },
  run: async ({ cwd, output }, [path = 'trueup.yaml'], { force = false, schemas }) => {
    const all = jsonSchemas();
    if (schemas !== undefined) {
      await orNotWritten(schemas, async () => {
        await mkdir(resolve(cwd, schemas), { recursive: true });
        for (const [file, text] of all) {
          // oxlint-disable-next-line no-await-in-loop
          await writeFile(resolve(cwd, schemas, file), text);
        }
      });
      output.note(`Wrote ${all.size} schemas to ${schemas}.`);
      return exitCodes.ok;
    }
    await orNotWritten(path, async () => {
      await writeFile(resolve(cwd, path), exampleFile(), { flag: force ? 'w' : 'wx' });
      // Always the schema of this version: editors should not complain of what it understands.
      const schema = all.get(declarationFile) as string;
      await writeFile(resolve(cwd, dirname(path), schemaUrl), schema);
    });
    output.note(`Wrote ${path}, and beside it the schema that editors check it with.`);
    output.note(`next: edit it, then \`trueup validate ${path}\``);
    return exitCodes.ok;
  },
});

async function orNotWritten(path: string, write: () => Promise<void>): Promise<void> {
  try {
    await write();
  } catch (error) {
    const code = systemCode(error);
    if (code === 'EEXIST') {
      throw usageError(`${path} is there already`, 'name another file, or say --force');
    }
    throw new CliError('init', `${path} could not be written: ${code}`, 'name another place', {
      cause: error,
    });
  }
}
