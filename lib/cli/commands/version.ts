import { defineCommand } from '../command.ts';
import { exitCodes } from '../errors/exit-codes.ts';
import { version } from '../version.ts';

export const versionCommand = defineCommand({
  description: 'Shows the version of Trueup.',
  examples: [
    { line: 'trueup version', does: 'only the number' },
    { line: 'trueup version -o json', does: 'for a script' },
  ],
  configure: () => undefined,
  run: async ({ options, output }) => {
    if (options.output === 'json') output.data({ version: 1, trueup: version() });
    else output.result(version());
    return exitCodes.ok;
  },
});
