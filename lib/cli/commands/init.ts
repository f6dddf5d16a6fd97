import { CliError } from '../cli-error.ts';
import { defineCommand } from '../command.ts';

export const init = defineCommand({
  description: 'init',
  examples: [
    { line: 'trueup init', does: 'to come' },
    { line: 'trueup init --file trueup.yaml', does: 'to come' },
  ],
  configure: () => undefined,
  run: async () => {
    throw new CliError('to-come', 'to come', 'wait');
  },
});
