import { CliError } from '../cli-error.ts';
import { defineCommand } from '../command.ts';

export const plan = defineCommand({
  description: 'plan',
  examples: [
    { line: 'trueup plan', does: 'to come' },
    { line: 'trueup plan --file trueup.yaml', does: 'to come' },
  ],
  configure: () => undefined,
  run: async () => {
    throw new CliError('to-come', 'to come', 'wait');
  },
});
