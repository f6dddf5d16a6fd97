import { defineCommand } from '../command.ts';
import { exitCodes } from '../errors/exit-codes.ts';
import { version } from '../version.ts';

export const versionCommand = defineCommand({
  description: 'Shows the version of Trueup.',
  examples: [
    { line: 'trueup version', does: 'the number alone' },
    { line: 'trueup version -o json', does: 'for a script' },
  ],
  configure: () => undefined,
  run: async ({ options, output }) => {
    const trueup = version();
    output.result(
      options.output === 'json' ? JSON.stringify({ version: 1, trueup }, undefined, 2) : trueup,
    );
    return exitCodes.ok;
  },
});
