import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { Option } from 'commander';
import { CliError, usageError } from '../../errors/cli-error.ts';
import { defineCommand } from '../../command.ts';
import { systemCode } from '../../../model/errors/file-problem.ts';
import { exampleFile, exampleProviders, schemaUrl } from './example-file.ts';
import { defaults } from '../../settings.ts';
import { exitCodes } from '../../errors/exit-codes.ts';
import { shellWord } from '../../../model/text/shell-word.ts';
import { declarationFile, jsonSchemas } from '../../schemas/json-schemas.ts';

interface InitOptions {
  readonly force?: boolean;
  readonly schemas?: string;
  readonly provider: string;
}

export const init = defineCommand<InitOptions>({
  description:
    'Writes a valid, commented example of a declaration, and next to it the schema for editors.',
  examples: [
    { line: 'trueup init --provider contextforge', does: 'writes trueup.yaml here' },
    {
      line: 'trueup init --schemas schemas',
      does: 'only the JSON Schemas: of declarations, and of the output of -o json',
    },
  ],
  configure: (command) => {
    command
      .argument('[path]', 'where to write it', defaults.file)
      .addOption(
        new Option('--provider <name>', 'the gateway of the example')
          .choices(exampleProviders)
          .default(exampleProviders[0]),
      )
      .option('--force', 'overwrites an existing file')
      .option(
        '--schemas <dir>',
        'writes only the JSON Schemas, to this folder; overwrites older ones',
      );
  },
  run: async ({ cwd, output, options }, [path = defaults.file], own) => {
    const { force = false, schemas, provider } = own;
    if (options.file) {
      const [file = ''] = options.file;
      throw usageError(
        'init takes its path as an argument, not as --file',
        `leave out --file, and name it alone: ${shellWord(file)}`,
      );
    }
    const all = jsonSchemas();
    if (schemas !== undefined) {
      await orNotWritten(schemas, async () => {
        await mkdir(resolve(cwd, schemas), { recursive: true });
        for (const [file, text] of all) {
          // oxlint-disable-next-line no-await-in-loop
          await writeFile(resolve(cwd, schemas, file), text);
        }
      });
      if (options.output === 'json') {
        output.data({ version: 1, files: [...all.keys()].map((file) => join(schemas, file)) });
      }
      output.note(`Wrote ${all.size} schemas to ${resolve(cwd, schemas)}.`);
      return exitCodes.ok;
    }
    if (!/\.ya?ml$/i.test(path)) {
      throw usageError(`${path} does not end in .yaml`, 'pass a name that ends in .yaml');
    }
    const beside = resolve(cwd, dirname(path), schemaUrl);
    if (!force) await assertOurs(beside, join(dirname(path), schemaUrl));
    await orNotWritten(path, async () => {
      await writeFile(resolve(cwd, path), exampleFile(provider), { flag: force ? 'w' : 'wx' });
      // Always the schema of this version, so that editors accept what this version accepts.
      const schema = all.get(declarationFile) as string;
      await writeFile(beside, schema);
    });
    if (options.output === 'json') {
      output.data({ version: 1, files: [path, join(dirname(path), schemaUrl)] });
    }
    output.note(`Wrote ${resolve(cwd, path)}, and beside it the schema for editors.`);
    const file = path === defaults.file ? '' : ` ${shellWord(path)}`;
    output.note(`next: edit it, then \`trueup validate${file}\``);
    return exitCodes.ok;
  },
});

/** @throws CliError if there is a file that is not a schema of Trueup, of any version */
async function assertOurs(file: string, shown: string): Promise<void> {
  const text = await readFile(file, 'utf8').catch(() => undefined);
  if (text === undefined || text.includes('"title": "Trueup: ')) return;
  throw usageError(
    `${shown} already exists, and is not a file of Trueup`,
    'name another folder, or pass --force',
  );
}

async function orNotWritten(path: string, write: () => Promise<void>): Promise<void> {
  try {
    await write();
  } catch (error) {
    const code = systemCode(error) ?? 'it failed';
    if (code === 'EEXIST') {
      throw usageError(`${path} already exists`, 'name another file, or pass --force');
    }
    throw new CliError('init', `${path} could not be written: ${code}`, 'pass another path', {
      cause: error,
    });
  }
}
