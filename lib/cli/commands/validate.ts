import { CliError } from '../cli-error.ts';
import { defineCommand } from '../command.ts';

export const validate = defineCommand({
  description: 'validate',
  examples: [
    { line: 'trueup validate', does: 'to come' },
    { line: 'trueup validate --file trueup.yaml', does: 'to come' },
  ],
  configure: () => undefined,
  run: async () => {
    throw new CliError('to-come', 'to come', 'wait');
  },
});
