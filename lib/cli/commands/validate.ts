import { counted } from '../../plan/text/render-guard.ts';
import { isJsonObject } from '../../model/json/json.ts';
import { checkFiles, issueLine } from '../targets/files/check-files.ts';
import type { CheckedFiles } from '../targets/files/check-files.ts';
import { chosenFiles } from '../targets/chosen.ts';
import { usageError } from '../errors/cli-error.ts';
import { defineCommand } from '../command.ts';
import { defaults } from '../settings.ts';
import { exitCodes } from '../errors/exit-codes.ts';
import { offlineProviders } from '../targets/files/providers.ts';

export const validate = defineCommand({
  description:
    'Checks declarations offline. Prints all errors at once, as `file:line:column path: problem; expected`.',
  examples: [
    {
      line: 'trueup validate',
      does: 'trueup.yaml in this folder; exits with 3 if it is not valid',
    },
    {
      line: 'trueup validate declarations/ -o json',
      does: 'all .yaml, .yml and .json files of a folder, for an editor or CI',
    },
  ],
  configure: (command) => {
    command.argument('[file...]', 'files or folders. Defaults to those of --file, or trueup.yaml');
  },
  run: async (context, operands) => {
    const { options, settings, output, cwd } = context;
    const paths = operands.length > 0 ? operands : chosenFiles(context);
    if (paths.length === 0) {
      throw usageError(
        `nothing to check: there is no ${defaults.file} in this folder`,
        'pass a file, or write one with `trueup init`',
      );
    }
    const { secretPrefix } = settings;
    const checked = await checkFiles(paths, { cwd, providers: offlineProviders(), secretPrefix });
    const { issues } = checked;
    if (options.output === 'json') {
      output.data({ version: 1, issues });
    } else {
      for (const issue of issues) output.result(issueLine(issue));
    }
    const count = issues.length;
    output.note(
      count === 0 ? wellFormed(checked) : output.notePaint(counted(count, 'error'), 'error'),
    );
    return count === 0 ? exitCodes.ok : exitCodes.invalid;
  },
});

function wellFormed({ documents }: CheckedFiles): string {
  const servers = documents.reduce((sum, { value }) => {
    const list = isJsonObject(value) ? value['servers'] : undefined;
    return sum + (Array.isArray(list) ? list.length : 0);
  }, 0);
  return `Valid: ${counted(documents.length, 'connection')}, ${counted(servers, 'server')}.`;
}
